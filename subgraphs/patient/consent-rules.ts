import type { ConsentRecord } from './consent-store.ts';
import type { GrantConsentInput } from './generated/graphql.ts';
import type { Report } from './input-check.ts';

/** Only an active consent counts, and only within its period: the start is in it, the end is not. */
export function inForce(
  { status, periodStart, periodEnd }: Pick<ConsentRecord, 'status' | 'periodStart' | 'periodEnd'>,
  now: Date,
): boolean {
  return status === 'ACTIVE' && (periodStart === null || periodStart <= now) && (periodEnd === null || now < periodEnd);
}

export function readPeriod(
  input: Pick<GrantConsentInput, 'periodStart' | 'periodEnd'>,
  now: Date,
  report: Report,
): { periodStart: Date | null; periodEnd: Date | null } {
  const { periodStart = null, periodEnd = null } = input;
  if (periodEnd && periodEnd <= now) report(['periodEnd'], 'Must be in the future.');
  else if (periodEnd && periodStart && periodEnd <= periodStart) report(['periodEnd'], 'Must be after periodStart.');
  return { periodStart, periodEnd };
}

const practitionerId = /^prc_[0-9a-z]{26}$/;

export function readPractitionerId(id: string | null | undefined, report: Report): string | null {
  if (id && !practitionerId.test(id)) report(['practitionerId'], 'Must be the id of a practitioner: prc_…');
  return id ?? null;
}
