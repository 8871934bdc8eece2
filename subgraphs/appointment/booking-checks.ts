import { notFound, Refusal } from '#chassis/errors.ts';
import { appointmentStates, reschedulable } from './appointment-states.ts';
import { brokenPromise, isKnownPatient, overlaps, type Place } from './appointment-store.ts';
import { isOffered } from './availability/free-starts.ts';
import { zoneClock } from './availability/zone-clock.ts';
import { practitionersWhoOffer, workSchedules } from './availability-store.ts';
import { patientBusy, slotTaken, slotUnavailable } from './booking-rules.ts';
import type { Tx } from './context.ts';
import type { Appointment, HealthcareService, Practitioner } from './generated/prisma/client.ts';
import { healthcareServiceById } from './healthcare-service-store.ts';
import { practitionerById } from './practitioner-store.ts';

// What must hold of a place before it is taken, asked of the database within the transaction.

/** @throws Refusal PATIENT_UNKNOWN, which is worth a retry: the registration may be on its way */
export async function assertKnownPatient(tx: Tx, patientId: string): Promise<void> {
  if (await isKnownPatient(tx, patientId)) return;
  throw new Refusal(
    'PATIENT_UNKNOWN',
    'This service has not heard of the patient. Check the id; right after a registration, retry in a second.',
    { path: ['patientId'] },
  );
}

/** The visit type of an appointment. */
export async function serviceOf(tx: Tx, { healthcareServiceId }: Appointment): Promise<HealthcareService> {
  const service = await healthcareServiceById(tx, healthcareServiceId);
  if (!service) throw new Error(`the visit type ${healthcareServiceId} of an appointment is gone`);
  return service;
}

/** @throws Refusal ILLEGAL_STATE */
export function assertReschedulable({ status }: Appointment): void {
  if (reschedulable.includes(status)) return;
  throw new Refusal('ILLEGAL_STATE', `The appointment is ${status}; only one that is ${reschedulable.join(' or ')} can be moved.`, {
    path: ['appointmentId'],
    currentState: status,
    allowedStates: appointmentStates.allowedFrom(status),
  });
}

/** The practitioner first: several requests of one patient for one place are a race for that place. @throws Refusal SLOT_TAKEN, PATIENT_BUSY */
export async function assertFree(tx: Tx, place: Place, except: string | null): Promise<void> {
  const taken = await overlaps(tx, place, except);
  if (taken.practitioner) throw slotTaken();
  if (taken.patient) throw patientBusy();
}

/** The practitioner, who offers the visit type at that time, bookings left aside. @throws Refusal NOT_FOUND, SLOT_UNAVAILABLE */
export async function assertOffered(tx: Tx, service: HealthcareService, { practitionerId, startsAt }: Place): Promise<Practitioner> {
  const practitioner = await practitionerById(tx, practitionerId);
  if (!practitioner) throw notFound('practitioner', ['practitionerId']);
  const offering = await practitionersWhoOffer(tx, { healthcareServiceId: service.id, practitionerIds: [practitionerId], specialty: null });
  if (offering.length === 0) throw slotUnavailable('The practitioner does not take appointments of this visit type.', ['practitionerId']);
  const start = startsAt.getTime();
  const schedule = (await workSchedules(tx, [practitionerId], { start, end: start + service.durationMinutes * 60_000 })).get(
    practitionerId,
  );
  if (!schedule || !isOffered(schedule, service, start, zoneClock(schedule.timeZone))) {
    throw slotUnavailable('The practitioner does not offer this visit type at this time. Take a start from availableSlots.');
  }
  return practitioner;
}

/** The exclusion constraints say the same as assertFree, should anything ever get past the locks. */
export async function keepingPromises<R>(write: () => Promise<R>): Promise<R> {
  try {
    return await write();
  } catch (error) {
    const broken = brokenPromise(error);
    if (broken === 'practitioner') throw slotTaken();
    if (broken === 'patient') throw patientBusy();
    throw error;
  }
}
