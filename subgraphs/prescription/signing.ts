import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { canonicalJson } from '#chassis/mutation.ts';
import type { MedicationRow } from './medication-store.ts';
import type { PrescriptionRow } from './prescription-store.ts';

/** A key of this service that signs prescriptions: Ed25519 (RFC 8032). */
export interface SigningKey {
  /** Start of the SHA-256 of the public key, hexadecimal. */
  readonly id: string;
  /** SPKI DER in base64. */
  readonly publicKey: string;
  /** The signature in base64. */
  sign(payload: string): string;
}

/** Before the 32 bytes of the key in PKCS #8 (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed the 32 secret bytes */
export function openSigningKey(seed: Uint8Array): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    id: createHash('sha256').update(der).digest('hex').slice(0, 16),
    publicKey: der.toString('base64'),
    sign: (payload) => sign(null, Buffer.from(payload), privateKey).toString('base64'),
  };
}

export function verifySignature(payload: string, signature: string, publicKey: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64'));
}

export const contentHash = (payload: string): string => createHash('sha256').update(payload).digest('hex');

/** The content that a signature fixes. */
export interface Signing {
  readonly signedAt: Date;
  readonly signedById: string;
  readonly validUntil: Date;
  /** Overrides that the signer stands for: fingerprint and reason. */
  readonly overrides: readonly { readonly issue: string; readonly reason: string }[];
}

/**
 * The canonical payload: JSON with sorted keys, readable without this system. It repeats what the catalogue says of the
 * medication, because the catalogue may change and what was signed may not. Where it is filled is no part of it.
 */
export function canonicalPayload(prescription: PrescriptionRow, medication: MedicationRow, signing: Signing): string {
  const { id, patientId, practitionerId, visitId, doseAmount, doseUnit, frequencyPerDay, durationDays, instructions } = prescription;
  const { quantity, refills, note, priorPrescriptionId } = prescription;
  return canonicalJson({
    version: 1,
    id,
    patientId,
    practitionerId,
    visitId,
    medication: {
      id: medication.id,
      code: medication.code,
      name: medication.name,
      route: medication.route,
      schedule: medication.schedule,
      ingredients: medication.composition.map(({ ingredientSlug, micrograms }) => ({
        substance: ingredientSlug,
        micrograms: micrograms?.toString() ?? null,
      })),
    },
    dosage: { doseAmount, doseUnit, frequencyPerDay, durationDays, instructions },
    quantity,
    refills,
    note,
    priorPrescriptionId,
    signedAt: signing.signedAt.toISOString(),
    signedById: signing.signedById,
    validUntil: signing.validUntil.toISOString(),
    overrides: signing.overrides,
  });
}
