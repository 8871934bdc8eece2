import { Refusal } from '#chassis/errors.ts';
import { calendarDate, isMinor, majorityDate } from './calendar.ts';
import type { GrantProxyInput } from './generated/graphql.ts';
import type { Report } from './input-check.ts';
import type { PatientRecord } from './patient-store.ts';
import type { ProxyGrantRecord } from './proxy-store.ts';

/** More than this is a mistake or an abuse; it also lets the lists do without pages. */
export const mostProxiesOfOne = 10;
export const mostChargesOfOne = 20;

/** What of a person decides on grants. */
export type Person = Pick<PatientRecord, 'id' | 'birthDate' | 'active' | 'deceased'>;

/** Checks the people and the terms of a grant; returns the first day on which it no longer holds, null for never. */
export function readTerms(
  patient: Person,
  proxy: Person,
  input: Pick<GrantProxyInput, 'relationship' | 'endsOn' | 'proxyBirthDate'>,
  now: Date,
  report: Report,
): Date | null {
  const minor = isMinor(patient.birthDate, now);
  if (patient.id === proxy.id) report(['proxyPatientId'], 'Nobody is their own proxy.');
  if (!patient.active || patient.deceased) report(['patientId'], 'This record is not in use.');
  if (!proxy.active || proxy.deceased) report(['proxyPatientId'], 'This record is not in use.');
  if (input.proxyBirthDate && input.proxyBirthDate.getTime() !== proxy.birthDate.getTime())
    report(['proxyBirthDate'], 'This is not the birth date of the proxy.');
  if (isMinor(proxy.birthDate, now)) report(['proxyPatientId'], 'A proxy must be of age.');
  if (minor && !actsForMinors(input.relationship)) {
    report(['relationship'], 'The proxy of a minor is a parent or a guardian.');
  }
  const endsOn = input.endsOn ?? null;
  if (endsOn && endsOn <= calendarDate(now)) report(['endsOn'], 'Must be later than today.');
  if (!minor) return endsOn;
  const latest = majorityDate(patient.birthDate);
  if (endsOn && endsOn > latest) report(['endsOn'], 'The grant for a minor ends on the 18th birthday at the latest.');
  return endsOn ?? latest;
}

/**
 * Whether a patient may name this person as proxy: of age, in use, and known to the patient by the birth date. Nobody learns
 * from an id alone who is behind it, so every no is the same no.
 */
export const mayBeNamed = (proxy: Person, birthDate: Date, now: Date): boolean =>
  proxy.active && !proxy.deceased && !isMinor(proxy.birthDate, now) && proxy.birthDate.getTime() === birthDate.getTime();

/**
 * What becomes of an active grant when the record of its patient or of its proxy changes. Null: its ground is gone, it ends.
 * The grant of a minor moves with the 18th birthday, unless an earlier day was agreed.
 */
export function termsAfterChange(
  grant: Pick<ProxyGrantRecord, 'proxyPatientId' | 'relationship' | 'endsOn' | 'grantedAt'>,
  before: Person,
  after: Person,
  now: Date,
): { endsOn: Date | null } | null {
  if (!after.active || after.deceased) return null;
  const { endsOn } = grant;
  const minor = isMinor(after.birthDate, now);
  if (after.id === grant.proxyPatientId) return minor ? null : { endsOn };
  const grantedForMinor = isMinor(before.birthDate, grant.grantedAt);
  if (!minor) return grantedForMinor ? null : { endsOn };
  if (!actsForMinors(grant.relationship)) return null;
  const latest = majorityDate(after.birthDate);
  const untilOfAge = grantedForMinor && endsOn?.getTime() === majorityDate(before.birthDate).getTime();
  return { endsOn: endsOn === null || untilOfAge || endsOn > latest ? latest : endsOn };
}

const actsForMinors = (relationship: ProxyGrantRecord['relationship']): boolean => relationship === 'PARENT' || relationship === 'GUARDIAN';

/** @throws Refusal CONFLICT when the pair has a grant or one of them has too many */
export function refuseSurplus(
  proxiesOfPatient: readonly ProxyGrantRecord[],
  grantsOfProxy: readonly ProxyGrantRecord[],
  proxyPatientId: string,
): void {
  const path = ['proxyPatientId'];
  const existing = proxiesOfPatient.find((grant) => grant.proxyPatientId === proxyPatientId);
  if (existing) throw new Refusal('CONFLICT', `This person is a proxy of the patient already: ${existing.id}.`, { path });
  if (proxiesOfPatient.length >= mostProxiesOfOne)
    throw new Refusal('CONFLICT', `A patient has at most ${mostProxiesOfOne} proxies. Revoke one first.`, { path });
  if (grantsOfProxy.length >= mostChargesOfOne)
    throw new Refusal('CONFLICT', `A person acts for at most ${mostChargesOfOne} others.`, { path });
}
