import { Refusal } from '#chassis/errors.ts';
import { mutate } from '#chassis/mutation.ts';
import { recheck } from './check-service.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import type { DetectedIssueRow } from './detected-issue-store.ts';
import { assertPharmacyTakes, prescribable } from './draft-service.ts';
import type { SignPrescriptionInput } from './generated/graphql.ts';
import { assertFresh } from './freshness.ts';
import { endPrescription } from './lifecycle-service.ts';
import type { MedicationRow } from './medication-store.ts';
import { answerWithIssues, assertNothingOpen } from './open-issues.ts';
import { assertOwnVisit, assertVisitOpen } from './open-visit.ts';
import { validUntil } from './prescription-rules.ts';
import { prescriptionStates } from './prescription-states.ts';
import { assertMay, changeable, eventData, tellRouted } from './prescription-step.ts';
import { findReplacement, updatePrescriptionRow, type PrescriptionRow } from './prescription-store.ts';
import { shareVisit } from './read-model-store.ts';
import { keepSigningKey } from './signing-key-store.ts';
import { canonicalPayload, contentHash } from './signing.ts';

/** Signs a draft: the check once more on current data, then content, hash, signer and time are fixed for good. */
export async function signPrescription(context: PrescriptionContext, input: SignPrescriptionInput) {
  const outcome = await mutate(context, 'signPrescription', input, async (tx: Tx, emit) => {
    const draft = await changeable(context, tx, input.prescriptionId);
    await assertMay(context, tx, 'signPrescription', draft, 'Only who wrote the draft may sign it.');
    if (draft.status !== 'DRAFT') throw signedAlready(draft);
    await assertStillInVisit(tx, draft);
    await assertFresh(context, tx, draft.visitId ? ['patient', 'visit'] : ['patient']);
    const medication = await prescribable(tx, draft.medicationId);
    if (medication.schedule !== 'NONE') {
      throw new Refusal(
        'SECOND_FACTOR_REQUIRED',
        `${medication.name} is a controlled substance of schedule ${medication.schedule}: signing it needs a second factor.`,
        {
          path: ['prescriptionId'],
        },
      );
    }
    if (draft.pharmacyId) await assertPharmacyTakes(tx, draft.pharmacyId, draft, medication);
    const now = context.now();
    const issues = await recheck(tx, draft, medication, now);
    assertNothingOpen(issues);
    const prior = await priorOf(tx, draft);
    const signed = await fix(context, tx, draft, medication, issues, now);
    await emit('prescription.signed', signed.id, {
      ...eventData(signed),
      signedAt: now.toISOString(),
      contentHash: signed.contentHash ?? '',
    });
    await tellRouted(emit, signed);
    if (prior && prescriptionStates.allows(prior.status, 'STOPPED')) {
      await endPrescription(tx, emit, prior, 'STOPPED', `Replaced by ${signed.id}.`, now);
    }
    return { prescriptionId: signed.id };
  });
  return answerWithIssues(context, input.prescriptionId, outcome);
}

function signedAlready({ status, signedAt }: PrescriptionRow): Refusal {
  const message = signedAt ? 'The prescription is signed already.' : `The prescription is ${status} and cannot be signed.`;
  return new Refusal('ILLEGAL_STATE', message, {
    path: ['prescriptionId'],
    currentState: status,
    allowedStates: prescriptionStates.allowedFrom(status),
  });
}

/** Holds the visit's state until the signature is written: a visit that finishes at the same moment waits, or the signature does. */
async function assertStillInVisit(tx: Tx, { visitId, practitionerId }: PrescriptionRow): Promise<void> {
  if (!visitId) return;
  const path = ['prescriptionId'];
  const visit = await shareVisit(tx, visitId);
  if (visit) assertOwnVisit(visit, practitionerId, path);
  assertVisitOpen(visit, path);
}

/** The prescription that this one replaces. @throws Refusal CONFLICT when another one was quicker */
async function priorOf(tx: Tx, { priorPrescriptionId }: PrescriptionRow): Promise<PrescriptionRow | null> {
  if (!priorPrescriptionId) return null;
  const { prior, replacement } = await findReplacement(tx, priorPrescriptionId);
  if (replacement)
    throw new Refusal('CONFLICT', 'The prior prescription was replaced by another one meanwhile.', { path: ['prescriptionId'] });
  return prior;
}

async function fix(
  context: PrescriptionContext,
  tx: Tx,
  draft: PrescriptionRow,
  medication: MedicationRow,
  issues: readonly DetectedIssueRow[],
  now: Date,
): Promise<PrescriptionRow> {
  const { signingKey } = context.config;
  const end = validUntil(now, medication.schedule);
  const payload = canonicalPayload(draft, medication, {
    signedAt: now,
    signedById: draft.practitionerId,
    validUntil: end,
    overrides: issues.flatMap(({ fingerprint, mitigationReason }) =>
      mitigationReason === null ? [] : [{ issue: fingerprint, reason: mitigationReason }],
    ),
  });
  await keepSigningKey(tx, signingKey, now);
  return updatePrescriptionRow(tx, draft, {
    status: 'ACTIVE',
    checkedAt: now,
    updatedAt: now,
    signedAt: now,
    signedById: draft.practitionerId,
    signedPayload: payload,
    contentHash: contentHash(payload),
    signature: signingKey.sign(payload),
    signingKeyId: signingKey.id,
    validUntil: end,
  });
}
