import { notFound, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate, type Outcome } from '#chassis/mutation.ts';
import { askIn } from '#chassis/access/rules.ts';
import { dispenseAccess } from './access.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import { dispenseStates } from './dispense-states.ts';
import { findDispenses, findDispensesOf, insertDispense, openDispense, updateDispenseRow, type DispenseRow } from './dispense-store.ts';
import type { DispenseStatus, RecordDispenseInput, UpdateDispenseInput } from './generated/graphql.ts';
import { endPrescription } from './lifecycle-service.ts';
import { assertReason } from './prescription-rules.ts';
import { prescriptionStates } from './prescription-states.ts';
import { assertMay, changeable, notAllowed, reload } from './prescription-step.ts';
import { seenPrescription } from './prescription-service.ts';
import type { PrescriptionRow } from './prescription-store.ts';

export async function recordDispense(context: PrescriptionContext, input: RecordDispenseInput) {
  const outcome = await mutate(context, 'recordDispense', input, async (tx: Tx) => {
    const prescription = await changeable(context, tx, input.prescriptionId);
    await assertMay(context, tx, 'recordDispense', prescription, 'Only the pharmacy to which it is routed may dispense.');
    const { pharmacyId } = prescription;
    if (!pharmacyId) throw new Error(`prescription ${prescription.id} is dispensed and routed nowhere`);
    assertInForce(prescription, context.now());
    const left = total(prescription) - (await quantityOf(tx, prescription.id, [...openDispense, 'COMPLETED']));
    const most = Math.min(left, prescription.quantity);
    if (input.quantity < 1 || input.quantity > most) {
      const message =
        left === 0
          ? 'Nothing of the prescription is left to dispense.'
          : `quantity must be from 1 to ${most}: that is left of this prescription for one fill.`;
      throw new Refusal('INVALID_INPUT', message, { path: ['quantity'] });
    }
    const { id } = await insertDispense(tx, {
      id: newId('dsp'),
      prescriptionId: prescription.id,
      patientId: prescription.patientId,
      pharmacyId,
      status: 'PREPARATION',
      quantity: input.quantity,
      preparedAt: context.now(),
    });
    return { dispenseId: id };
  });
  return payload(context, outcome);
}

export async function updateDispense(context: PrescriptionContext, input: UpdateDispenseInput) {
  const outcome = await mutate(context, 'updateDispense', input, async (tx: Tx, emit) => {
    const known = (await findDispenses(tx, [input.dispenseId])).get(input.dispenseId);
    const named = { noun: 'dispense', path: ['dispenseId'] };
    if (!known) throw notFound(named.noun, named.path);
    const prescription = await changeable(context, tx, known.prescriptionId, named);
    if (!(await dispenseAccess.may(askIn(tx, context), 'updateDispense', known)))
      throw notAllowed('Only the pharmacy that dispenses may do this.');
    // Again, now that the lock is held.
    const dispense = (await findDispenses(tx, [known.id])).get(known.id) ?? known;
    dispenseStates.assert(dispense.status, input.status, ['status']);
    const handedOver = input.status === 'COMPLETED';
    if (handedOver || input.status === 'IN_PROGRESS') assertInForce(prescription, context.now());
    const statusReason = needsReason(input.status) ? assertReason(input.reason ?? '') : null;
    await updateDispenseRow(tx, dispense, { status: input.status, statusReason, handedOverAt: handedOver ? context.now() : null });
    if (handedOver && (await quantityOf(tx, prescription.id, ['COMPLETED'])) === total(prescription)) {
      await endPrescription(tx, emit, prescription, 'COMPLETED', 'All was dispensed.', context.now());
    }
    return { dispenseId: dispense.id };
  });
  return payload(context, outcome);
}

const needsReason = (status: DispenseStatus): boolean => ['DECLINED', 'CANCELLED', 'ON_HOLD', 'STOPPED'].includes(status);

/** Dose units of all fills together. */
const total = ({ quantity, refills }: PrescriptionRow): number => quantity * (refills + 1);

async function quantityOf(tx: Tx, prescriptionId: string, statuses: readonly DispenseStatus[]): Promise<number> {
  const dispenses = (await findDispensesOf(tx, [prescriptionId])).get(prescriptionId) ?? [];
  return dispenses.filter(({ status }) => statuses.includes(status)).reduce((sum, { quantity }) => sum + quantity, 0);
}

function assertInForce({ status, validUntil }: PrescriptionRow, now: Date): void {
  if (status === 'ACTIVE' && validUntil && validUntil > now) return;
  const why = status === 'ACTIVE' ? 'The validity of the prescription is over' : `The prescription is ${status}`;
  throw new Refusal('ILLEGAL_STATE', `${why}: nothing may be dispensed.`, {
    path: ['prescriptionId'],
    currentState: status,
    allowedStates: prescriptionStates.allowedFrom(status),
  });
}

async function payload(context: PrescriptionContext, outcome: Outcome<{ dispenseId: string }>) {
  if (!outcome.ok) return { dispense: null, userErrors: outcome.userErrors };
  const { dispenseId } = outcome.result;
  const changed = await context.dispenses.clear(dispenseId).load(dispenseId);
  const prescription = changed && (await reload(context, changed.prescriptionId));
  return { dispense: prescription ? changed : null, userErrors: [] };
}

/** The dispense, when the caller may see its prescription. */
export async function seenDispense(context: PrescriptionContext, id: string): Promise<DispenseRow | null> {
  const dispense = await context.dispenses.load(id);
  return dispense && (await seenPrescription(context, dispense.prescriptionId)) ? dispense : null;
}
