import type { EventData } from '#schema/events.ts';
import { newId } from '../ids.ts';
import type { Subgraph } from '../subgraph.ts';
import type { TestSubgraph } from './test-subgraph.ts';

// What a subgraph hears from the patient service of consents and emergency access: for tests of who may see what.

type Graph = TestSubgraph<Subgraph>;

export type ConsentFacts = Pick<EventData<'consent.activated'>, 'patientId'> & Partial<EventData<'consent.activated'>>;

/** The patient gives a consent that decides who sees what; for treatment unless said otherwise. @returns its id */
export async function givenConsent(graph: Graph, facts: ConsentFacts): Promise<string> {
  const consentId = newId('con');
  await graph.receive('consent.activated', consentId, {
    consentId,
    provision: 'PERMIT',
    scope: 'PATIENT_PRIVACY',
    purposes: ['TREATMENT'],
    sensitivities: [],
    practitionerId: null,
    periodStart: null,
    periodEnd: null,
    ...facts,
  });
  return consentId;
}

export async function revokeConsent(graph: Graph, consentId: string, patientId: string): Promise<void> {
  await graph.receive('consent.revoked', consentId, { consentId, patientId });
}

/** The practitioner opens the chart in an emergency, for an hour. */
export async function breakTheGlass(graph: Graph, patientId: string, practitionerId: string): Promise<void> {
  const grantId = newId('bgl');
  const now = Date.now();
  await graph.receive('breakGlass.opened', grantId, {
    grantId,
    patientId,
    practitionerId,
    openedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 3_600_000).toISOString(),
  });
}

/** Nothing was heard from the patient service for two minutes: what is known here of consents may be out of date. */
export async function patientServiceIsSilent(graph: Graph): Promise<void> {
  await graph.subgraph.database.pool.query(`update inbox_source set heard_at = now() - interval '2 minutes' where source = 'patient'`);
}
