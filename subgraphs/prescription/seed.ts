import type { SeededConsent } from '#chassis/access/known-consents.ts';
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import { bulkLoad, type InsertRows } from '#chassis/bulk-load.ts';
import { copyIn } from '#chassis/copy-in.ts';
import { openDatabase, transact } from '#chassis/database.ts';
import { withProtection } from '#chassis/protection/with-protection.ts';
import type { Tx } from './context.ts';
import type { DetectedIssue, Dispense, PatientAllergy, Pharmacy, Prescription, VisitWindow } from './generated/prisma/client.ts';
import type { MedicationRow } from './medication-store.ts';
import { protectedTables } from './protected-columns.ts';

/** A prescription as it is at the end of its story, without what the signature makes. */
export type SeedPrescription = Omit<Prescription, 'signedPayload' | 'contentHash' | 'signature' | 'signingKeyId'>;

/** Rows of this subgraph: what a bulk load brings. */
export interface PrescriptionPart {
  pharmacies: Pharmacy[];
  prescriptions: SeedPrescription[];
  detectedIssues: DetectedIssue[];
  dispenses: Dispense[];
  patientAllergies: PatientAllergy[];
  visitWindows: VisitWindow[];
  treatingRelations: { sourceId: string; patientId: string; practitionerId: string; effectiveAt: Date }[];
  proxyRelations: { grantId: string; patientId: string; proxyPatientId: string; endsOn: Date | null }[];
  activeConsents: SeededConsent[];
}

/**
 * Loads parts into an empty database of this subgraph, in one transaction; before that the catalogue, as the start of the
 * subgraph does. Signs with a key of its own that is forgotten afterwards: the signatures verify, and nobody can make
 * another one with it. `env` has the key-encryption keys.
 * @returns how many rows
 */
export async function seedPrescription(
  databaseUrl: string,
  parts: AsyncIterable<PrescriptionPart>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { openSigningKey, canonicalPayload, contentHash } = await import('./signing.ts');
  const medications = await readCatalogue(databaseUrl);
  const key = openSigningKey(randomBytes(32));
  const sign = (prescription: SeedPrescription): Prescription => {
    const unsigned = { ...prescription, signedPayload: null, contentHash: null, signature: null, signingKeyId: null };
    const { signedAt, signedById, validUntil } = prescription;
    if (!signedAt || !signedById || !validUntil) return unsigned;
    const medication = medications.get(prescription.medicationId);
    if (!medication) throw new Error(`the catalogue has no medication ${prescription.medicationId}`);
    const signedPayload = canonicalPayload(unsigned, medication, { signedAt, signedById, validUntil, overrides: [] });
    return {
      ...unsigned,
      signedPayload,
      contentHash: contentHash(signedPayload),
      signature: key.sign(signedPayload),
      signingKeyId: key.id,
    };
  };
  let keyIsKept = false;
  return withProtection({ subgraph: 'prescription', databaseUrl, tables: protectedTables, env }, (_protection, seal) =>
    bulkLoad(databaseUrl, parts, async (part, insert, client) => {
      if (!keyIsKept) {
        await insert('signing_key', [{ id: key.id, publicKey: key.publicKey, firstUsedAt: new Date() }]);
        keyIsKept = true;
      }
      await insert('pharmacy', part.pharmacies);
      const prescriptions = await seal('prescription', part.prescriptions.map(sign));
      await insertStories(prescriptions, await seal('dispense', part.dispenses), insert, client);
      await insert('detected_issue', await seal('detected_issue', part.detectedIssues));
      await insert('patient_allergy', part.patientAllergies);
      await insert('visit_window', part.visitWindows);
      await insert('treating_relation', part.treatingRelations);
      await insert('proxy_relation', part.proxyRelations);
      await insert('active_consent', part.activeConsents);
    }),
  );
}

/** Brings the catalogue up to date and reads it. Prisma is loaded only here: a start that does not seed does not pay for it. */
async function readCatalogue(databaseUrl: string): Promise<Map<string, MedicationRow>> {
  const [{ PrismaClient }, { syncCatalogue, syncDemoPharmacies }, { withComposition }] = await Promise.all([
    import('./generated/prisma/client.ts'),
    import('./catalogue/catalogue-sync.ts'),
    import('./medication-store.ts'),
  ]);
  const log = pino({ level: 'silent' });
  const database = openDatabase(
    { url: databaseUrl, applicationName: 'catalogue', log, maxConnections: 1 },
    (adapter) => new PrismaClient({ adapter }),
  );
  try {
    const now = new Date();
    await transact(database.client, (tx: Tx) => syncCatalogue(tx, now));
    await transact(database.client, (tx: Tx) => syncDemoPharmacies(tx, now));
    const medications = await database.client.medication.findMany({ include: withComposition });
    return new Map(medications.map((medication) => [medication.id, medication]));
  } finally {
    await database.close();
  }
}

/** A prescription takes its steps one after the other, because the database writes the history of it: drafted, signed, dispensed, ended. */
async function insertStories(
  prescriptions: readonly Prescription[],
  dispenses: readonly Dispense[],
  insert: InsertRows,
  client: pg.Client,
): Promise<void> {
  const unsigned = {
    signedAt: null,
    signedById: null,
    signedPayload: null,
    contentHash: null,
    signature: null,
    signingKeyId: null,
    validUntil: null,
  };
  await insert(
    'prescription',
    prescriptions.map((row) => ({ ...row, ...unsigned, status: 'DRAFT', statusReason: null, updatedAt: row.createdAt })),
  );
  await client.query('create temporary table seeded_prescription (like prescription) on commit drop');
  await copyIn(client, 'seeded_prescription', prescriptions);
  await client.query('analyze seeded_prescription');
  await client.query(
    `update prescription as p
     set status = 'ACTIVE', updated_at = s.signed_at, signed_at = s.signed_at, signed_by_id = s.signed_by_id, signed_payload = s.signed_payload,
       content_hash = s.content_hash, signature = s.signature, signing_key_id = s.signing_key_id, valid_until = s.valid_until
     from seeded_prescription as s where s.id = p.id and s.signed_at is not null`,
  );
  await insert('dispense', dispenses);
  await client.query(
    `update prescription as p set status = s.status, status_reason = s.status_reason, updated_at = s.updated_at
     from seeded_prescription as s where s.id = p.id and s.status not in ('DRAFT', 'ACTIVE')`,
  );
  await client.query('drop table seeded_prescription');
}
