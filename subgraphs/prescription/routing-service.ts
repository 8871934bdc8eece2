import { Refusal } from '#chassis/errors.ts';
import { mutate } from '#chassis/mutation.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import { findDispensesOf, openDispense, type DispenseRow } from './dispense-store.ts';
import { assertPharmacyTakes, prescribable } from './draft-service.ts';
import type { RoutePrescriptionInput } from './generated/graphql.ts';
import { prescriptionStates } from './prescription-states.ts';
import { assertMay, changeable, reload, tellRouted } from './prescription-step.ts';
import { updatePrescriptionRow } from './prescription-store.ts';

const isOpen = ({ status }: DispenseRow): boolean => openDispense.some((open) => open === status);

/** Chooses the pharmacy. Where it is filled is not part of what is signed, so it may change as long as nobody prepares it. */
export async function routePrescription(context: PrescriptionContext, input: RoutePrescriptionInput) {
  const outcome = await mutate(context, 'routePrescription', input, async (tx: Tx, emit) => {
    const prescription = await changeable(context, tx, input.prescriptionId);
    await assertMay(context, tx, 'routePrescription', prescription, 'Only a practitioner who treats the patient may choose the pharmacy.');
    const { status } = prescription;
    if (prescriptionStates.allowedFrom(status).length === 0) {
      throw new Refusal('ILLEGAL_STATE', `The prescription is ${status}: there is nothing to send.`, {
        path: ['prescriptionId'],
        currentState: status,
        allowedStates: [],
      });
    }
    await assertPharmacyTakes(tx, input.pharmacyId, prescription, await prescribable(tx, prescription.medicationId));
    const dispenses = (await findDispensesOf(tx, [prescription.id])).get(prescription.id) ?? [];
    if (prescription.pharmacyId !== input.pharmacyId && dispenses.some(isOpen)) {
      throw new Refusal('CONFLICT', 'The pharmacy is preparing a fill. Ask it to cancel before you choose another one.', {
        path: ['pharmacyId'],
      });
    }
    const routed = await updatePrescriptionRow(tx, prescription, { pharmacyId: input.pharmacyId, updatedAt: context.now() });
    if (prescription.pharmacyId !== input.pharmacyId) await tellRouted(emit, routed);
    return { prescriptionId: prescription.id };
  });
  return outcome.ok
    ? { prescription: await reload(context, outcome.result.prescriptionId), userErrors: [] }
    : { prescription: null, userErrors: outcome.userErrors };
}
