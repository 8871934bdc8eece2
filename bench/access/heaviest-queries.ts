import type { Caller } from '#chassis/caller.ts';
import { demoIds } from '../../router/personas.ts';

const { patient, practitioner } = demoIds;

/** Who asks, by the token that the bench sends. */
export const callers: ReadonlyMap<string, Caller> = new Map<string, Caller>([
  ['patient', { role: 'PATIENT', subject: 'bench-patient', patientId: patient, scopes: ['patient/*.rs'] }],
  ['practitioner', { role: 'PRACTITIONER', subject: 'bench-practitioner', practitionerId: practitioner, scopes: ['user/*.rs'] }],
  ['frontdesk', { role: 'FRONT_DESK', subject: 'bench-front-desk', scopes: ['user/*.rs'] }],
  ['biller', { role: 'BILLER', subject: 'bench-biller', scopes: ['user/*.rs'] }],
]);

/** The heaviest that people ask of this graph, by who asks. Each goes through four or five subgraphs, and shows many things of many patients. */
export const heaviestQueries: readonly { readonly name: string; readonly token: string; readonly query: string }[] = [
  {
    name: 'own health, five levels',
    token: 'patient',
    query: `{ me { patient { name { text } allergies { edges { node { substanceText criticality } } }
      appointments(first: 20) { edges { node { startsAt practitioner { displayName }
        visit { status prescriptions { edges { node { status medication { name } } } } charges { status amount { amountMinor currency } } } } } } } } }`,
  },
  {
    name: 'a chart',
    token: 'practitioner',
    query: `{ patient(id: "${patient}") { name { text } birthDate allergies { edges { node { substanceText } } } careTeam { id }
      visits(first: 20) { edges { node { id status statusHistory { status } note { id status } } } }
      prescriptions(first: 20) { edges { node { id status medication { name } detectedIssues { code } } } } } }`,
  },
  {
    name: 'appointments with patients',
    token: 'practitioner',
    query: `{ practitioner(id: "${practitioner}") { appointments(first: 50) { edges { node { id status startsAt healthcareService { name }
      patient { name { text } birthDate } visit { id status note { id status } } } } } } }`,
  },
  {
    name: 'search of 100 patients',
    token: 'frontdesk',
    query: `{ patients(first: 100) { edges { node { id name { text } birthDate telecom { value }
      appointments(first: 3) { edges { node { id status startsAt practitioner { displayName } } } } } } } }`,
  },
  {
    name: 'invoices',
    token: 'biller',
    query: `{ invoices(first: 50) { edges { node { id number totals { balance { amountMinor } } lines { amount { amountMinor } chargeItem { code } }
      payments { amount { amountMinor } } patient { name { text } account { balance { amountMinor } } } } } } }`,
  },
];
