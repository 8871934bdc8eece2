import { treatingRelationHandlers } from '#chassis/care-relations.ts';
import type { EventHandlers } from '#chassis/events-in.ts';
import type { Emit } from '#chassis/outbox.ts';
import type { EventEnvelope } from '#schema/events.ts';
import type { Logger } from 'pino';
import { saveAuditRecords } from './audit-store.ts';
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
  'appointment.audited': gather,
  'visit.audited': gather,
  'prescription.audited': gather,
  'billing.audited': gather,
};

type Audited = 'appointment.audited' | 'visit.audited' | 'prescription.audited' | 'billing.audited';

/** Audit records of the others come here, for patients and the privacy officer. */
async function gather(tx: Tx, { source, data }: EventEnvelope<Audited>, _emit: Emit, log: Logger): Promise<void> {
  if (await saveAuditRecords(tx, source, data.records)) return;
  log.error(
    { source, from: data.records[0]?.sequence },
    'the audit chain of a service is another one than before: run npm run audit:verify',
  );
}
