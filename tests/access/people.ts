import type { Caller } from '#chassis/caller.ts';
import { newId } from '#chassis/ids.ts';
import { personaClaims, type PersonaName } from '../../router/personas.ts';

// Who looks, in the matrix: each is what they are to one patient, the one whose things the matrix is about.

export const people = [
  'patient',
  'proxy',
  'other patient',
  'own practitioner',
  'treating practitioner',
  'care team practitioner',
  'emergency practitioner',
  'strange practitioner',
  'front desk',
  'biller',
  'pharmacy',
  'other pharmacy',
  'payer',
  'other payer',
  'privacy officer',
  'system',
] as const;
/** `npm run check:access` asks as everybody on every way; the tests of every day leave out what differs least from what they ask. */
export const isWhole = process.env['ACCESS_MATRIX'] === 'whole';

/** One for each kind of rights that the router knows: who is what to the patient only services decide. */
export const oneOfEachRole: ReadonlySet<Person> = new Set([
  'no token',
  'patient',
  'treating practitioner',
  'front desk',
  'biller',
  'pharmacy',
  'payer',
  'privacy officer',
]);

export type Person = (typeof people)[number] | 'no token';

/** Ids that callers are known by; patients, practitioners and pharmacies get theirs when they are registered. */
export interface Ids {
  readonly patient: string;
  readonly proxy: string;
  readonly otherPatient: string;
  readonly ownPractitioner: string;
  readonly treatingPractitioner: string;
  readonly careTeamPractitioner: string;
  /** Treats nobody here, and broke the glass. */
  readonly emergencyPractitioner: string;
  readonly strangePractitioner: string;
  readonly pharmacy: string;
  readonly otherPharmacy: string;
  readonly payer: string;
}

/** A caller as the development issuer's token of this persona would make it, with the persona's scopes. */
export function callerAs(persona: PersonaName, id?: string): Caller {
  const answer = personaClaims(persona, id);
  if ('complaint' in answer) throw new Error(answer.complaint);
  const { sub, role, scope, patient_id: patientId, practitioner_id: practitionerId, organization_id: organizationId } = answer.claims;
  return {
    role,
    subject: sub,
    scopes: scope.split(' '),
    patientId,
    practitionerId,
    organizationId,
    clientId: 'known-app',
    actor: 'known-helper',
  };
}

export function callersOf(ids: Ids): Readonly<Record<Exclude<Person, 'no token'>, Caller>> {
  return {
    patient: callerAs('patient', ids.patient),
    proxy: callerAs('patient', ids.proxy),
    'other patient': callerAs('patient', ids.otherPatient),
    'own practitioner': callerAs('practitioner', ids.ownPractitioner),
    'treating practitioner': callerAs('practitioner', ids.treatingPractitioner),
    'care team practitioner': callerAs('practitioner', ids.careTeamPractitioner),
    'emergency practitioner': callerAs('practitioner', ids.emergencyPractitioner),
    'strange practitioner': callerAs('practitioner', ids.strangePractitioner),
    'front desk': callerAs('frontdesk'),
    biller: callerAs('biller'),
    pharmacy: callerAs('pharmacy', ids.pharmacy),
    'other pharmacy': callerAs('pharmacy', ids.otherPharmacy),
    payer: callerAs('payer', ids.payer),
    'other payer': callerAs('payer', newId('org')),
    'privacy officer': callerAs('privacy'),
    system: { role: 'SYSTEM', subject: 'system:test', scopes: [] },
  };
}
