import { Refusal } from '#chassis/errors.ts';
import { mutate } from '#chassis/mutation.ts';
import type { Emit } from '#chassis/outbox.ts';
import { recheck } from './check-service.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import { cancelOpenDispenses, findDispensesOf } from './dispense-store.ts';
import type {
  CancelPrescriptionInput,
  HoldPrescriptionInput,
  ReleasePrescriptionInput,
  StopPrescriptionInput,
} from './generated/graphql.ts';
import { assertFresh } from './freshness.ts';
import { medicationOf } from './medication-store.ts';
import { answerWithIssues, assertNothingOpen } from './open-issues.ts';
import { assertReason } from './prescription-rules.ts';
import { prescriptionStates } from './prescription-states.ts';
import { assertMay, changeable, eventData } from './prescription-step.ts';
import { updatePrescriptionRow, type PrescriptionRow } from './prescription-store.ts';

type Step = (tx: Tx, emit: Emit, prescription: PrescriptionRow) => Promise<unknown>;

const path = ['prescriptionId'];

async function change(
  context: PrescriptionContext,
  operation: 'holdPrescription' | 'releasePrescription' | 'stopPrescription' | 'cancelPrescription',
  input: { idempotencyKey: string; prescriptionId: string },
  step: Step,
) {
  const outcome = await mutate(context, operation, input, async (tx: Tx, emit) => {
    const prescription = await changeable(context, tx, input.prescriptionId);
    await assertMay(
      context,
      tx,
      operation,
      prescription,
      'Only a practitioner who treats the patient may do this; a draft is withdrawn by who wrote it.',
    );
    await step(tx, emit, prescription);
    return { prescriptionId: prescription.id };
  });
  return answerWithIssues(context, input.prescriptionId, outcome);
}

export const holdPrescription = (context: PrescriptionContext, input: HoldPrescriptionInput) =>
  change(context, 'holdPrescription', input, async (tx, emit, prescription) => {
    const statusReason = assertReason(input.reason);
    prescriptionStates.assert(prescription.status, 'ON_HOLD', path);
    await updatePrescriptionRow(tx, prescription, { status: 'ON_HOLD', statusReason, updatedAt: context.now() });
    await emit('prescription.held', prescription.id, eventData(prescription));
  });

export const releasePrescription = (context: PrescriptionContext, input: ReleasePrescriptionInput) =>
  change(context, 'releasePrescription', input, async (tx, emit, prescription) => {
    // A draft may become ACTIVE too, but by a signature only.
    if (prescription.status !== 'ON_HOLD') {
      const allowedStates = prescriptionStates.allowedFrom(prescription.status);
      throw new Refusal('ILLEGAL_STATE', `The prescription is ${prescription.status}, not ON_HOLD: there is nothing to release.`, {
        path,
        currentState: prescription.status,
        allowedStates,
      });
    }
    const now = context.now();
    if (!prescription.validUntil || prescription.validUntil <= now) {
      const allowedStates = prescriptionStates.allowedFrom('ON_HOLD').filter((state) => state !== 'ACTIVE');
      throw new Refusal('ILLEGAL_STATE', 'The validity of the prescription is over: it cannot be released. Write a new one.', {
        path,
        currentState: 'ON_HOLD',
        allowedStates,
      });
    }
    // Much may have become known during the pause.
    await assertFresh(context, tx, ['patient']);
    assertNothingOpen(await recheck(tx, prescription, await medicationOf(tx, prescription), now));
    await updatePrescriptionRow(tx, prescription, { status: 'ACTIVE', statusReason: null, checkedAt: now, updatedAt: now });
    await emit('prescription.released', prescription.id, eventData(prescription));
  });

export const stopPrescription = (context: PrescriptionContext, input: StopPrescriptionInput) =>
  change(context, 'stopPrescription', input, async (tx, emit, prescription) => {
    await endPrescription(tx, emit, prescription, 'STOPPED', assertReason(input.reason), context.now());
  });

export const cancelPrescription = (context: PrescriptionContext, input: CancelPrescriptionInput) =>
  change(context, 'cancelPrescription', input, async (tx, emit, prescription) => {
    const reason = assertReason(input.reason);
    const dispenses = (await findDispensesOf(tx, [prescription.id])).get(prescription.id) ?? [];
    if (prescription.status === 'ACTIVE' && dispenses.some(({ status }) => status === 'COMPLETED')) {
      const allowedStates = prescriptionStates.allowedFrom('ACTIVE').filter((state) => state !== 'CANCELLED');
      throw new Refusal('ILLEGAL_STATE', 'Something of the prescription was dispensed already: stop it instead of cancelling it.', {
        path,
        currentState: 'ACTIVE',
        allowedStates,
      });
    }
    await endPrescription(tx, emit, prescription, 'CANCELLED', reason, context.now());
  });

const endEvents = { STOPPED: 'prescription.stopped', CANCELLED: 'prescription.cancelled', COMPLETED: 'prescription.completed' } as const;

/** Ends a locked prescription; what a pharmacy has not yet handed over is withdrawn. @throws Refusal ILLEGAL_STATE */
export async function endPrescription(
  tx: Tx,
  emit: Emit,
  prescription: PrescriptionRow,
  to: keyof typeof endEvents,
  reason: string,
  now: Date,
): Promise<void> {
  prescriptionStates.assert(prescription.status, to, path);
  await cancelOpenDispenses(tx, prescription.id, reason);
  await updatePrescriptionRow(tx, prescription, { status: to, statusReason: reason, updatedAt: now });
  await emit(endEvents[to], prescription.id, eventData(prescription));
}
