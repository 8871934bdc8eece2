import { notFound, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate } from '#chassis/mutation.ts';
import { joinSensitivities } from '#chassis/sensitivities.ts';
import { askIn } from '#chassis/access/rules.ts';
import { draftAccess, prescriptionAccess, practitionerOf } from './access.ts';
import { recheck } from './check-service.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import type { DosageInput, DraftPrescriptionInput, UpdatePrescriptionDraftInput } from './generated/graphql.ts';
import { findMedications, type MedicationRow } from './medication-store.ts';
import { assertFresh } from './freshness.ts';
import { assertOwnVisit, assertVisitOpen, notOpenYet } from './open-visit.ts';
import { findPharmacies } from './pharmacy-store.ts';
import { assertCapable, assertContent, neededCapabilities } from './prescription-rules.ts';
import { assertMay, changeable, eventData, notAllowed, reload } from './prescription-step.ts';
import { findReplacement, insertPrescription, lockPatient, updatePrescriptionRow, type PrescriptionRow } from './prescription-store.ts';
import { shareVisit, type VisitWindowRow } from './read-model-store.ts';

export async function draftPrescription(context: PrescriptionContext, input: DraftPrescriptionInput) {
  const outcome = await mutate(context, 'draftPrescription', input, async (tx: Tx, emit) => {
    const practitionerId = practitionerOf(context.caller);
    if (!practitionerId) throw notAllowed('Only a practitioner may write a prescription.');
    const { patientId, visit } = await placeOfDraft(context, tx, input, practitionerId);
    await lockPatient(tx, patientId);
    const medication = await prescribable(tx, input.medicationId);
    const content = {
      ...dosage(input.dosage, medication),
      quantity: input.quantity,
      refills: input.refills ?? 0,
      note: input.note ?? null,
    };
    assertContent(content, medication);
    const priorPrescriptionId = input.priorPrescriptionId ?? null;
    if (priorPrescriptionId) await assertReplaceable(context, tx, priorPrescriptionId, patientId);
    const pharmacyId = input.pharmacyId ?? null;
    if (pharmacyId) await assertPharmacyTakes(tx, pharmacyId, { refills: content.refills, priorPrescriptionId }, medication);
    const now = context.now();
    const draft = await insertPrescription(tx, {
      ...content,
      id: newId('rx'),
      status: 'DRAFT',
      patientId,
      practitionerId,
      visitId: visit?.visitId ?? null,
      medicationId: medication.id,
      sensitivities: joinSensitivities(medication.sensitivities, visit?.sensitivities ?? []),
      pharmacyId,
      priorPrescriptionId,
      checkedAt: now,
      createdAt: now,
      updatedAt: now,
    });
    await recheck(tx, draft, medication, now);
    await emit('prescription.drafted', draft.id, eventData(draft));
    return { prescriptionId: draft.id };
  });
  return outcome.ok
    ? { prescription: await reload(context, outcome.result.prescriptionId), userErrors: [] }
    : { prescription: null, userErrors: outcome.userErrors };
}

export async function updatePrescriptionDraft(context: PrescriptionContext, input: UpdatePrescriptionDraftInput) {
  const outcome = await mutate(context, 'updatePrescriptionDraft', input, async (tx: Tx) => {
    const draft = await changeable(context, tx, input.prescriptionId);
    await assertMay(context, tx, 'updatePrescriptionDraft', draft, 'Only who wrote the draft may change it.');
    assertDraft(draft);
    const medication = await prescribable(tx, input.medicationId ?? draft.medicationId);
    const content = {
      ...(input.dosage ? dosage(input.dosage, medication) : dosageOf(draft)),
      quantity: input.quantity ?? draft.quantity,
      refills: input.refills ?? draft.refills,
      note: input.note === undefined ? draft.note : input.note,
    };
    assertContent(content, medication);
    const pharmacyId = input.pharmacyId === undefined ? draft.pharmacyId : input.pharmacyId;
    if (pharmacyId)
      await assertPharmacyTakes(tx, pharmacyId, { refills: content.refills, priorPrescriptionId: draft.priorPrescriptionId }, medication);
    const visit = draft.visitId ? await shareVisit(tx, draft.visitId) : null;
    const now = context.now();
    const changed = await updatePrescriptionRow(tx, draft, {
      ...content,
      medicationId: medication.id,
      sensitivities: joinSensitivities(medication.sensitivities, visit?.sensitivities ?? []),
      pharmacyId,
      checkedAt: now,
      updatedAt: now,
    });
    await recheck(tx, changed, medication, now);
    return { prescriptionId: draft.id };
  });
  return outcome.ok
    ? { prescription: await reload(context, outcome.result.prescriptionId), userErrors: [] }
    : { prescription: null, userErrors: outcome.userErrors };
}

/** @throws Refusal SIGNED_IMMUTABLE or ILLEGAL_STATE when it is no draft any more */
export function assertDraft(draft: PrescriptionRow): void {
  if (draft.signedAt)
    throw new Refusal('SIGNED_IMMUTABLE', 'The prescription is signed and cannot be changed. Write a new one that replaces it.', {
      path: ['prescriptionId'],
    });
  if (draft.status !== 'DRAFT') {
    throw new Refusal('ILLEGAL_STATE', `The prescription is ${draft.status} and no longer a draft.`, {
      path: ['prescriptionId'],
      currentState: draft.status,
      allowedStates: [],
    });
  }
}

/** Where it is written: for the visit's patient while the call is open, or outside of one for a patient whom the practitioner treats. */
async function placeOfDraft(
  context: PrescriptionContext,
  tx: Tx,
  input: DraftPrescriptionInput,
  practitionerId: string,
): Promise<{ patientId: string; visit: VisitWindowRow | null }> {
  const asker = askIn(tx, context);
  if (!input.visitId) {
    if (!input.patientId) throw new Refusal('INVALID_INPUT', 'Give visitId or patientId.', { path: ['patientId'] });
    const place = { visitId: null, patientId: input.patientId, practitionerId: null, sensitivities: [] };
    if (!(await draftAccess.may(asker, 'draftPrescription', place))) throw notFound('patient', ['patientId']);
    return { patientId: input.patientId, visit: null };
  }
  const path = ['visitId'];
  const visit = await shareVisit(tx, input.visitId);
  if (visit && !(await draftAccess.may(asker, 'draftPrescription', visit))) {
    // Who does not treat the patient learns no more than of a visit that is not there.
    if (!(await draftAccess.visible({ ...asker, audit: context.audit }, visit))) throw notOpenYet(path);
    assertOwnVisit(visit, practitionerId, path);
  }
  assertVisitOpen(visit, path);
  await assertFresh(context, tx, ['visit']);
  if (input.patientId && input.patientId !== visit.patientId)
    throw new Refusal('INVALID_INPUT', 'patientId is not the patient of the visit.', { path: ['patientId'] });
  return { patientId: visit.patientId, visit };
}

/** @throws Refusal NOT_FOUND; INVALID_INPUT when the medication has left the catalogue */
export async function prescribable(tx: Tx, medicationId: string): Promise<MedicationRow> {
  const medication = (await findMedications(tx, [medicationId])).get(medicationId);
  if (!medication) throw notFound('medication', ['medicationId']);
  if (!medication.available)
    throw new Refusal('INVALID_INPUT', `${medication.name} is no longer in the catalogue.`, { path: ['medicationId'] });
  return medication;
}

async function assertReplaceable(context: PrescriptionContext, tx: Tx, priorId: string, patientId: string): Promise<void> {
  const { prior: found, replacement } = await findReplacement(tx, priorId);
  const prior = await prescriptionAccess.visible({ ...askIn(tx, context), audit: context.audit }, found);
  if (!prior || prior.patientId !== patientId || !prior.signedAt)
    throw notFound('signed prescription of this patient', ['priorPrescriptionId']);
  if (replacement) throw new Refusal('CONFLICT', 'The prior prescription was replaced already.', { path: ['priorPrescriptionId'] });
}

/** @throws Refusal NOT_FOUND, PHARMACY_INCAPABLE */
export async function assertPharmacyTakes(
  tx: Tx,
  pharmacyId: string,
  prescription: { refills: number; priorPrescriptionId: string | null },
  medication: MedicationRow,
): Promise<void> {
  const pharmacy = (await findPharmacies(tx, [pharmacyId])).get(pharmacyId);
  if (!pharmacy) throw notFound('pharmacy', ['pharmacyId']);
  assertCapable(pharmacy, neededCapabilities(prescription, medication.schedule));
}

const dosage = ({ doseAmount, doseUnit, frequencyPerDay, durationDays, instructions }: DosageInput, medication: MedicationRow) => ({
  doseAmount: doseAmount.trim(),
  doseUnit: doseUnit ?? medication.doseUnit,
  frequencyPerDay,
  durationDays,
  instructions: instructions ?? null,
});

const dosageOf = ({ doseAmount, doseUnit, frequencyPerDay, durationDays, instructions }: PrescriptionRow) => ({
  doseAmount,
  doseUnit,
  frequencyPerDay,
  durationDays,
  instructions,
});
