import { treatingRelationHandlers } from '#chassis/care-relations.ts';
import type { EventHandlers } from '#chassis/events-in.ts';
import type { Tx } from './context.ts';
import { removePharmacyRelation, savePharmacyRelation } from './pharmacy-relation-store.ts';

const withdraw = (tx: Tx, { data }: { data: { prescriptionId: string } }): Promise<void> => removePharmacyRelation(tx, data.prescriptionId);

/**
 * Appointments and visits make and end the relation by which a practitioner may open a chart; a signed prescription makes the one
 * by which a pharmacy sees allergies, as long as there is something to dispense.
 */
export const handlers: EventHandlers<Tx> = {
  ...treatingRelationHandlers,
  'prescription.routed': (tx, { data }) => savePharmacyRelation(tx, data),
  'prescription.stopped': withdraw,
  'prescription.cancelled': withdraw,
  'prescription.completed': withdraw,
};
