import type { ClinicalNote, NoteAddendum, Visit, VisitStatusPeriod } from '../subgraphs/visit/generated/prisma/client.ts';
import { addendumHash, noteHash } from '../subgraphs/visit/note-content.ts';
import type { VisitPart } from '../subgraphs/visit/seed.ts';
import type { Booking, Course } from './appointments.ts';
import { minutesAfter } from './calendar.ts';
import { noteText } from './note-texts.ts';
import { random, type Random } from './random.ts';

/** A video visit with the appointment that it was made for. */
export interface Call {
  readonly row: Visit;
  readonly booking: Booking;
}

type Rows = Pick<VisitPart, 'statusPeriods' | 'presences' | 'notes' | 'addenda'>;

/** The video visits of one site's appointments, with their notes. */
export function visitsOf(site: number, bookings: readonly Booking[]): { calls: Call[]; rows: Rows } {
  const draw = random('visits', site);
  const calls: Call[] = [];
  const rows: Rows = { statusPeriods: [], presences: [], notes: [], addenda: [] };
  // In the order of the ids to come, which begin with the time: neighbours in an index are then inserted together.
  for (const booking of bookings.toSorted(
    (a, b) => (a.bookedAt ?? a.row.createdAt).getTime() - (b.bookedAt ?? b.row.createdAt).getTime(),
  )) {
    const { service, bookedAt, course } = booking;
    if (service.modality !== 'VIDEO' || !bookedAt) continue;
    const periods = periodsOf(booking, bookedAt);
    const row = visitRow(draw, booking, bookedAt, periods);
    calls.push({ row, booking });
    rows.statusPeriods.push(
      ...periods.map(({ status, from }, index): VisitStatusPeriod => ({
        visitId: row.id,
        sequence: index + 1,
        status,
        startedAt: from,
        endedAt: periods[index + 1]?.from ?? null,
      })),
    );
    if (course) {
      rows.presences.push(...presencesOf(row, booking, course));
      writeNote(draw, rows, row, booking, course);
    }
  }
  return { calls, rows };
}

interface Period {
  status: Visit['status'];
  from: Date;
}

function periodsOf({ row, course }: Booking, bookedAt: Date): Period[] {
  const planned: Period = { status: 'PLANNED', from: bookedAt };
  if (row.cancelledAt) return [planned, { status: 'CANCELLED', from: row.cancelledAt }];
  if (row.status === 'NOSHOW') return [planned, { status: 'CANCELLED', from: minutesAfter(row.startsAt, 20) }];
  if (!course) return [planned];
  const { arrivedAt, admittedAt, pause, endedAt } = course;
  return [
    planned,
    { status: 'ARRIVED', from: arrivedAt },
    { status: 'IN_PROGRESS', from: admittedAt },
    ...(pause
      ? ([
          { status: 'ONLEAVE', from: pause.from },
          { status: 'IN_PROGRESS', from: pause.to },
        ] as const)
      : []),
    { status: 'FINISHED', from: endedAt },
  ];
}

function visitRow(draw: Random, { row, service, course }: Booking, createdAt: Date, periods: readonly Period[]): Visit {
  const now = periods.at(-1) ?? { status: 'PLANNED', from: createdAt };
  return {
    id: draw.id('vis', createdAt),
    appointmentId: row.id,
    patientId: row.patientId,
    practitionerId: row.practitionerId,
    serviceCode: service.code,
    sensitivities: row.sensitivities,
    status: now.status,
    statusSince: now.from,
    plannedStartAt: row.startsAt,
    plannedEndAt: row.endsAt,
    startedAt: course?.admittedAt ?? null,
    endedAt: course?.endedAt ?? null,
    cancellationReason: now.status === 'CANCELLED' ? (row.status === 'NOSHOW' ? 'PATIENT_NO_SHOW' : 'APPOINTMENT_CANCELLED') : null,
    createdAt,
  };
}

/** The patient, or the parent with the child beside them, and the practitioner. Who lost the line came back. */
function presencesOf(visit: Visit, { person }: Booking, { arrivedAt, admittedAt, pause, endedAt }: Course): VisitPart['presences'] {
  const role = person.speaker === visit.patientId ? ('PATIENT' as const) : ('PROXY' as const);
  const patient = { visitId: visit.id, role, personId: person.speaker };
  const practitioner = {
    visitId: visit.id,
    sequence: 2,
    role: 'PRACTITIONER' as const,
    personId: visit.practitionerId,
    startedAt: admittedAt,
    endedAt,
  };
  return [
    { ...patient, sequence: 1, startedAt: arrivedAt, endedAt: pause?.from ?? endedAt },
    practitioner,
    ...(pause ? [{ ...patient, sequence: 3, startedAt: pause.to, endedAt }] : []),
  ];
}

function writeNote(draw: Random, rows: Rows, visit: Visit, { doctor, script }: Booking, { admittedAt, endedAt }: Course): void {
  const createdAt = minutesAfter(admittedAt, 3);
  const signed = script !== null || draw.chance(0.88);
  const signedAt = signed ? minutesAfter(endedAt, draw.whole(2, 40)) : null;
  const draft = {
    id: draw.id('nte', createdAt),
    visitId: visit.id,
    patientId: visit.patientId,
    authorId: visit.practitionerId,
    sensitivities: visit.sensitivities,
    revision: draw.whole(1, 6),
    ...noteText(draw, doctor.row.specialty, script),
    createdAt,
  };
  if (!signedAt) {
    rows.notes.push({ ...draft, updatedAt: endedAt, signedAt: null, signedById: null, contentHash: null });
    return;
  }
  const contentHash = noteHash({ ...draft, noteId: draft.id, signedBy: draft.authorId, signedAt });
  const note: ClinicalNote = { ...draft, updatedAt: signedAt, signedAt, signedById: draft.authorId, contentHash };
  rows.notes.push(note);
  if (script === 'first visit' || draw.chance(0.05)) rows.addenda.push(addendum(draw, note, signedAt, contentHash));
}

function addendum(draw: Random, note: ClinicalNote, signedAt: Date, below: string): NoteAddendum {
  const createdAt = minutesAfter(signedAt, draw.whole(1, 5));
  const fields = {
    id: draw.id('add', createdAt),
    noteId: note.id,
    patientId: note.patientId,
    authorId: note.authorId,
    text: 'The patient called back: the home readings are as discussed.',
    createdAt,
  };
  return { ...fields, contentHash: addendumHash({ ...fields, addendumId: fields.id, noteHash: below }) };
}
