import { askIn } from '#chassis/access/rules.ts';
import { notFound, Refusal } from '#chassis/errors.ts';
import type { Emit } from '#chassis/outbox.ts';
import { prescriptionAccess, type PrescriptionAction } from './access.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import { seenPrescription } from './prescription-service.ts';
import { lockPrescription, type PrescriptionRow } from './prescription-store.ts';

// What every change of a prescription begins and ends with.

/**
 * The prescription, locked with all of its patient.
 * @param named what the caller gave the id of: "not there" and "not yours" must be the same words
 * @throws Refusal NOT_FOUND when there is none or the caller may not see it
 */
export async function changeable(
  context: PrescriptionContext,
  tx: Tx,
  id: string,
  named: { noun: string; path: string[] } = { noun: 'prescription', path: ['prescriptionId'] },
): Promise<PrescriptionRow> {
  const prescription = await prescriptionAccess.visible({ ...askIn(tx, context), audit: context.audit }, await lockPrescription(tx, id));
  if (!prescription) throw notFound(named.noun, named.path);
  return prescription;
}

/** @throws Refusal NOT_ALLOWED with this sentence when the caller, who sees the prescription, may not take the step */
export async function assertMay(
  context: PrescriptionContext,
  tx: Tx,
  action: PrescriptionAction,
  prescription: PrescriptionRow,
  whoMay: string,
): Promise<void> {
  if (!(await prescriptionAccess.may(askIn(tx, context), action, prescription))) throw notAllowed(whoMay);
}

export const notAllowed = (message: string): Refusal => new Refusal('NOT_ALLOWED', message);

/** The ids that each event of a prescription carries. */
export const eventData = ({ id, patientId, practitionerId, visitId }: PrescriptionRow) => ({
  prescriptionId: id,
  patientId,
  practitionerId,
  visitId,
});

/** A pharmacy has it once it is signed and sent there: a draft is nobody's to fill. */
export async function tellRouted(emit: Emit, prescription: PrescriptionRow): Promise<void> {
  const { id, pharmacyId, signedAt } = prescription;
  if (pharmacyId !== null && signedAt !== null) await emit('prescription.routed', id, { ...eventData(prescription), pharmacyId });
}

/**
 * The prescription and what hangs on it as it is after a change, whatever this request has loaded before. Null when the
 * caller may not see it any more: an idempotency key may be repeated long after the change.
 */
export async function reload(context: PrescriptionContext, id: string): Promise<PrescriptionRow | null> {
  for (const loader of [context.prescriptions, context.issuesOf, context.dispensesOf, context.statusChanges]) loader.clear(id);
  return seenPrescription(context, id);
}
