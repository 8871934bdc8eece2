import { Refusal } from '#chassis/errors.ts';
import type { Place } from './appointment-store.ts';
import type { HealthcareService } from './generated/prisma/client.ts';

const minute = 60_000;

/** The time of patient and practitioner that an appointment of this visit type takes. */
export function placeFor(service: HealthcareService, patientId: string, practitionerId: string, startsAt: Date): Place {
  const start = startsAt.getTime();
  const end = start + service.durationMinutes * minute;
  return {
    patientId,
    practitionerId,
    startsAt,
    endsAt: new Date(end),
    blockedFrom: new Date(start - service.bufferBeforeMinutes * minute),
    blockedUntil: new Date(end + service.bufferAfterMinutes * minute),
  };
}

/** Between which instants an appointment may start: notice binds the patient's side, the horizon everyone. */
export function bookableSpan(service: HealthcareService, now: Date, byPatientSide: boolean): { earliest: Date; latest: Date } {
  const notice = byPatientSide ? service.minimumNoticeMinutes * minute : 0;
  return { earliest: new Date(now.getTime() + notice), latest: new Date(now.getTime() + service.bookingHorizonDays * 1440 * minute) };
}

/** @throws Refusal NOTICE_TOO_SHORT, BEYOND_HORIZON */
export function assertBookable(service: HealthcareService, startsAt: Date, now: Date, byPatientSide: boolean): void {
  const { earliest, latest } = bookableSpan(service, now, byPatientSide);
  const path = ['startsAt'];
  if (startsAt < earliest) {
    throw new Refusal('NOTICE_TOO_SHORT', `The earliest start that can be booked now is ${earliest.toISOString()}.`, { path });
  }
  if (startsAt > latest) {
    throw new Refusal('BEYOND_HORIZON', `The latest start that can be booked now is ${latest.toISOString()}.`, { path });
  }
}

/** @throws Refusal NOTICE_TOO_SHORT when the patient's side moves an appointment that is too near */
export function assertMovable(service: HealthcareService, startsAt: Date, now: Date, byPatientSide: boolean): void {
  if (!byPatientSide || startsAt.getTime() - now.getTime() >= service.rescheduleNoticeMinutes * minute) return;
  throw new Refusal(
    'NOTICE_TOO_SHORT',
    `This visit type can be rescheduled until ${service.rescheduleNoticeMinutes} minutes before its start. Call the front desk.`,
    {
      path: ['appointmentId'],
    },
  );
}

/** Words of people, without blanks around; null when nothing is left. @throws Refusal INVALID_INPUT when too long */
export function words(text: string | null | undefined, field: string, longest = 500): string | null {
  const trimmed = text?.trim() ?? '';
  if (trimmed.length > longest) throw new Refusal('INVALID_INPUT', `${field} must have at most ${longest} characters.`, { path: [field] });
  return trimmed || null;
}

export const slotTaken = (): Refusal =>
  new Refusal('SLOT_TAKEN', 'The time overlaps another appointment of the practitioner. Take one of nextFreeSlots.', {
    path: ['startsAt'],
  });

export const patientBusy = (): Refusal =>
  new Refusal('PATIENT_BUSY', 'The time overlaps another appointment of the patient. Choose another time or move the other appointment.', {
    path: ['startsAt'],
  });

export const slotUnavailable = (message: string, path = ['startsAt']): Refusal => new Refusal('SLOT_UNAVAILABLE', message, { path });
