import { breakGlassHandlers } from '#chassis/access/known-break-glass.ts';
import { consentHandlers } from '#chassis/access/known-consents.ts';
import { careRelationHandlers, careTeamHandlers } from '#chassis/care-relations.ts';
import type { EventHandlers } from '#chassis/events-in.ts';
import type { EventEnvelope } from '#schema/events.ts';
import { recheckDrafts } from './check-service.ts';
import type { Tx } from './context.ts';
import type { VisitStatus } from './generated/prisma/client.ts';
import { lockPatient } from './prescription-store.ts';
import { saveAllergy, saveVisit } from './read-model-store.ts';

type AllergyEvent = EventEnvelope<'allergy.recorded'> | EventEnvelope<'allergy.updated'>;

const takeInAllergy =
  (now: () => Date) =>
  async (tx: Tx, { data }: AllergyEvent): Promise<void> => {
    const { allergyId, patientId, substanceCode, criticality, clinicalStatus, verificationStatus } = data;
    // The lock that signing takes: an allergy is known before a signature or after it, never halfway.
    await lockPatient(tx, patientId);
    const refuted = verificationStatus === 'REFUTED' || verificationStatus === 'ENTERED_IN_ERROR';
    await saveAllergy(tx, { allergyId, patientId, substanceCode, criticality, counts: clinicalStatus === 'ACTIVE' && !refuted });
    await recheckDrafts(tx, patientId, now());
  };

type VisitEvent = { data: { visitId: string; patientId: string; practitionerId: string } };

const visitBecomes =
  (status: VisitStatus) =>
  async (tx: Tx, { data: { visitId, patientId, practitionerId } }: VisitEvent): Promise<void> => {
    await saveVisit(tx, { visitId, patientId, practitionerId, status });
  };

/**
 * What this subgraph does on events of others: it keeps what it needs to decide, and looks at open drafts again.
 * @param now the clock by which a check is dated
 */
export const eventHandlers = (now: () => Date): EventHandlers<Tx> => ({
  ...careRelationHandlers,
  ...careTeamHandlers,
  ...consentHandlers,
  ...breakGlassHandlers,
  'allergy.recorded': takeInAllergy(now),
  'allergy.updated': takeInAllergy(now),
  async 'visit.planned'(tx, { data: { visitId, patientId, practitionerId, sensitivities } }) {
    await saveVisit(tx, { visitId, patientId, practitionerId, sensitivities, status: 'PLANNED' });
  },
  'visit.patientArrived': visitBecomes('ARRIVED'),
  async 'visit.started'(tx, event) {
    await careRelationHandlers['visit.started'](tx, event);
    await visitBecomes('IN_PROGRESS')(tx, event);
  },
  'visit.paused': visitBecomes('ONLEAVE'),
  'visit.resumed': visitBecomes('IN_PROGRESS'),
  'visit.finished': visitBecomes('FINISHED'),
  'visit.cancelled': visitBecomes('CANCELLED'),
});
