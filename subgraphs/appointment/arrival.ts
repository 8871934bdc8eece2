import { Refusal } from '#chassis/errors.ts';

/**
 * How long before the start a patient can be said to be there. From ARRIVED an appointment can no longer be cancelled,
 * moved or missed, so that nothing may take it there while all of these are still to be decided. An hour is earlier
 * than anybody is asked to come.
 */
export const arrivalLeadMinutes = 60;

/** From when on the patient can be there. */
export const arrivesFrom = (startsAt: Date): Date => new Date(startsAt.getTime() - arrivalLeadMinutes * 60_000);

/** @throws Refusal CONFLICT that names from when on */
export function assertMayArrive(startsAt: Date, now: Date): void {
  const from = arrivesFrom(startsAt);
  if (now >= from) return;
  throw new Refusal('CONFLICT', `The patient can arrive from ${from.toISOString()} on, ${arrivalLeadMinutes} minutes before the start.`, {
    path: ['appointmentId'],
  });
}
