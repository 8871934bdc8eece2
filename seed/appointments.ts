import type { WrittenAppointment as Appointment } from '../subgraphs/appointment/appointment-store.ts';
import type { AppointmentStatusEntry, HealthcareService } from '../subgraphs/appointment/generated/prisma/client.ts';
import { placeFor } from '../subgraphs/appointment/booking-rules.ts';
import { cancellationTerms, noShowFee } from '../subgraphs/appointment/cancellation-policy.ts';
import type { AppointmentPart } from '../subgraphs/appointment/seed.ts';
import { dayMs, daysAfter, hourMs, minutesAfter } from './calendar.ts';
import type { Person } from './patients.ts';
import type { Doctor } from './practitioners.ts';
import { sensitivitiesOf } from '../subgraphs/appointment/specialties.ts';
import { random, type Random } from './random.ts';

type Ending = 'FULFILLED' | 'CANCELLED' | 'NOSHOW' | 'BOOKED' | 'PENDING';

/** The minutes of a visit that took place. */
export interface Course {
  readonly arrivedAt: Date;
  readonly admittedAt: Date;
  /** A line that was lost for a while. */
  readonly pause: { readonly from: Date; readonly to: Date } | null;
  readonly endedAt: Date;
}

/** An appointment with all that others tell of it. */
export interface Booking {
  readonly row: Appointment;
  readonly service: HealthcareService;
  readonly doctor: Doctor;
  readonly person: Person;
  /** When it was agreed; null while it is only asked for. */
  readonly bookedAt: Date | null;
  /** Null unless it is fulfilled. */
  readonly course: Course | null;
  /** What a script says is to come of it. */
  readonly script: string | null;
}

/** An appointment that must be there. */
export interface Wish {
  readonly doctor: Doctor;
  readonly serviceCode: string;
  /** Near to so many days from today. */
  readonly days: number;
  readonly ending: Ending;
  readonly script?: string;
}

/** Nothing begins or ends so near to now: the state of a seeded appointment is sure. */
const gapMs = 2 * hourMs;
const frontDesk = 'demo-frontdesk';

export interface Books {
  readonly bookings: Booking[];
  readonly statusEntries: AppointmentStatusEntry[];
}

/** The appointments of one site, past and to come. @param wishes by patient id; whoever has some gets no others */
export function appointmentsOf(
  site: number,
  people: readonly Person[],
  doctors: readonly Doctor[],
  wishes: ReadonlyMap<string, readonly Wish[]>,
  today: Date,
): Books {
  const draw = random('appointments', site);
  const books: Books = { bookings: [], statusEntries: [] };
  const inOrder = people.toSorted((a, b) => Number(wishes.has(b.row.id)) - Number(wishes.has(a.row.id)));
  for (const person of inOrder) {
    const taken: number[] = [];
    const wanted = wishes.get(person.row.id);
    const count = wanted?.length ?? draw.whole(0, 5);
    for (let index = 0; index < count; index++) {
      const wish = wanted?.[index];
      const doctor = wish?.doctor ?? draw.pick(doctors);
      const start = wish ? nearest(doctor, wish.days, taken, today) : anyCell(draw, doctor, taken, today);
      if (start === null) continue;
      taken.push(start);
      book(draw, books, person, doctor, new Date(start), wish, today);
    }
  }
  return books;
}

const isFree = (cell: number, taken: readonly number[], today: Date): boolean =>
  Math.abs(cell - today.getTime()) > gapMs && taken.every((other) => Math.abs(other - cell) > 3 * hourMs);

function take(doctor: Doctor, index: number): number {
  const [cell] = doctor.cells.splice(index, 1);
  if (cell === undefined) throw new RangeError('there is no such piece of working time');
  return cell;
}

/** A piece of working time that suits the patient, null when none of a few did. */
function anyCell(draw: Random, doctor: Doctor, taken: readonly number[], today: Date): number | null {
  for (let attempt = 0; attempt < 5 && doctor.cells.length > 0; attempt++) {
    const index = draw.whole(0, doctor.cells.length - 1);
    if (isFree(doctor.cells[index] ?? 0, taken, today)) return take(doctor, index);
  }
  return null;
}

/** The suitable piece of working time nearest to a day, on the same side of today. */
function nearest(doctor: Doctor, days: number, taken: readonly number[], today: Date): number | null {
  const wanted = today.getTime() + days * dayMs;
  const candidates = doctor.cells
    .map((cell, index) => ({ cell, index }))
    .filter(({ cell }) => cell > today.getTime() === days > 0 && isFree(cell, taken, today))
    .sort((a, b) => Math.abs(a.cell - wanted) - Math.abs(b.cell - wanted));
  const [best] = candidates;
  return best ? take(doctor, best.index) : null;
}

function book(draw: Random, books: Books, person: Person, doctor: Doctor, startsAt: Date, wish: Wish | undefined, today: Date): void {
  const service = wish ? doctor.services.find(({ code }) => code === wish.serviceCode) : draw.pick(doctor.services);
  if (!service) throw new RangeError(`the practitioner does not offer ${wish?.serviceCode}`);
  const past = startsAt < today;
  const drawn = past ? draw.weighted({ FULFILLED: 78, CANCELLED: 13, NOSHOW: 9 }) : draw.weighted({ BOOKED: 92, CANCELLED: 8 });
  const ending: Ending = wish?.ending ?? (!past && service.requiresApproval && draw.chance(0.5) ? 'PENDING' : drawn);
  const latestBooking = Math.min(startsAt.getTime() - dayMs, today.getTime() - hourMs);
  const createdAt = draw.between(Math.max(latestBooking - 20 * dayMs, person.row.registeredAt.getTime()), latestBooking);
  const bookedAt = ending === 'PENDING' ? null : service.requiresApproval ? minutesAfter(createdAt, draw.whole(5, 50)) : createdAt;
  const place = placeFor(service, person.row.id, doctor.row.id, startsAt);
  const row: Appointment = {
    id: draw.id('apt', createdAt),
    ...place,
    healthcareServiceId: service.id,
    sensitivities: sensitivitiesOf(service, doctor.row),
    status: ending,
    reason: draw.chance(0.5) ? draw.pick(reasons) : null,
    cancelReasonCode: null,
    cancelNote: null,
    cancelledLate: null,
    cancelledAt: null,
    feeMinor: null,
    feeCurrency: null,
    createdAt,
  };
  const course = ending === 'FULFILLED' ? courseOf(draw, row, service) : null;
  if (ending === 'NOSHOW') Object.assign(row, feeColumns(noShowFee(service)));
  if (ending === 'CANCELLED') Object.assign(row, cancellation(draw, row, service, bookedAt ?? createdAt, today));
  const booking: Booking = { row, service, doctor, person, bookedAt, course, script: wish?.script ?? null };
  books.bookings.push(booking);
  books.statusEntries.push(...historyOf(draw, booking));
}

const reasons = [
  'A cough that will not go away',
  'Renewal of a prescription',
  'Questions about results',
  'A rash on the arm',
  'Headaches in the evening',
  'Trouble sleeping',
  'Yearly check',
] as const;

const feeColumns = (fee: { amountMinor: number; currency: string } | null) => ({
  feeMinor: fee?.amountMinor ?? null,
  feeCurrency: fee?.currency ?? null,
});

function cancellation(
  draw: Random,
  { startsAt }: Appointment,
  service: HealthcareService,
  bookedAt: Date,
  today: Date,
): Partial<Appointment> {
  const last = Math.min(startsAt.getTime(), today.getTime()) - 10 * 60_000;
  const byPatientSide = draw.chance(0.8);
  const lateFrom = Math.max(bookedAt.getTime(), startsAt.getTime() - service.cancelNoticeMinutes * 60_000);
  const cancelledAt = draw.chance(0.3) && lateFrom < last ? draw.between(lateFrom, last) : draw.between(bookedAt.getTime(), last);
  const { late, fee } = cancellationTerms(service, { booked: true, byPatientSide, startsAt, at: cancelledAt });
  return { cancelReasonCode: byPatientSide ? 'PAT' : 'PROV', cancelledAt, cancelledLate: late, ...feeColumns(fee) };
}

/** A visit never ends later than half an hour after the planned end. */
function courseOf(draw: Random, { startsAt, endsAt }: Appointment, { modality, durationMinutes }: HealthcareService): Course {
  const arrivedAt = minutesAfter(startsAt, -draw.whole(2, 9));
  if (modality === 'IN_PERSON') return { arrivedAt, admittedAt: minutesAfter(startsAt, -1), pause: null, endedAt: endsAt };
  const admittedAt = minutesAfter(startsAt, draw.whole(0, 4));
  const minutes = draw.whole(10, Math.max(11, durationMinutes));
  const pause = draw.chance(0.08) ? { from: minutesAfter(admittedAt, 7), to: minutesAfter(admittedAt, 8) } : null;
  return { arrivedAt, admittedAt, pause, endedAt: minutesAfter(admittedAt, minutes) };
}

function historyOf(draw: Random, { row, service, doctor, person, bookedAt, course }: Booking): AppointmentStatusEntry[] {
  const entries: AppointmentStatusEntry[] = [];
  const note = (status: AppointmentStatusEntry['status'], changedAt: Date, changedBy: string) =>
    entries.push({ appointmentId: row.id, sequence: entries.length + 1, status, startsAt: row.startsAt, changedAt, changedBy });
  const booker = draw.chance(0.75) ? person.speaker : frontDesk;
  if (service.requiresApproval) note('PENDING', row.createdAt, booker);
  if (bookedAt) note('BOOKED', bookedAt, service.requiresApproval ? doctor.row.id : booker);
  if (row.cancelledAt) note('CANCELLED', row.cancelledAt, row.cancelReasonCode === 'PAT' ? person.speaker : doctor.row.id);
  if (row.status === 'NOSHOW') note('NOSHOW', minutesAfter(row.startsAt, 20), doctor.row.id);
  if (course) {
    const video = service.modality === 'VIDEO';
    note('ARRIVED', course.arrivedAt, video ? 'system:visit' : frontDesk);
    if (!video) note('CHECKED_IN', course.admittedAt, frontDesk);
    note('FULFILLED', course.endedAt, video ? 'system:visit' : doctor.row.id);
  }
  return entries;
}

/** Some who wait for an earlier time. */
export function waitlistOf(
  site: number,
  people: readonly Person[],
  doctors: readonly Doctor[],
  today: Date,
): AppointmentPart['waitlistEntries'] {
  const draw = random('waitlist', site);
  return people.flatMap(({ row }) => {
    if (!draw.chance(0.02)) return [];
    const doctor = draw.pick(doctors);
    const joinedAt = draw.between(today.getTime() - 10 * dayMs, today.getTime() - dayMs);
    const left = draw.chance(0.2);
    return [
      {
        id: draw.id('wtl', joinedAt),
        patientId: row.id,
        healthcareServiceId: draw.pick(doctor.services).id,
        practitionerId: doctor.row.id,
        status: left ? ('LEFT' as const) : ('WAITING' as const),
        earliestStart: null,
        latestStart: daysAfter(today, draw.whole(7, 30)),
        joinedAt,
        leftAt: left ? draw.between(joinedAt.getTime(), today.getTime()) : null,
      },
    ];
  });
}
