import fc from 'fast-check';
import { TypeID } from 'typeid-js';
import { describe, expect, test } from 'vitest';
import { Temporal } from 'temporal-polyfill';
import { appointmentStates } from '../subgraphs/appointment/appointment-states.ts';
import { isNpi } from '../subgraphs/appointment/npi.ts';
import { noteHash } from '../subgraphs/visit/note-content.ts';
import { visitStates } from '../subgraphs/visit/visit-states.ts';
import { demoIds } from '../router/personas.ts';
import { generateWorld, type WorldPart } from './world.ts';

const options = { patients: 300, today: new Date('2026-03-18T12:00:00.000Z') };
const world = [...generateWorld(options)];
const [part] = world as [WorldPart];

/** Instants at which seeding may happen, those around changes of clocks and years among them. */
const instants = fc.oneof(
  fc.date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2029-12-31T00:00:00Z'), noInvalidDate: true }),
  fc
    .constantFrom('2026-03-08T10:00:00Z', '2026-11-01T06:30:00Z', '2027-01-01T00:00:00Z', '2028-02-29T23:59:59Z')
    .map((text) => new Date(text)),
);
const worlds = fc.record({ today: instants, patients: fc.integer({ min: 10, max: 60 }) }).map(({ today, patients }) => {
  const [made] = [...generateWorld({ today, patients, practitioners: 4 })] as [WorldPart];
  return { today, made };
});
const forWorlds = (check: (made: WorldPart, today: Date) => void) => () =>
  fc.assert(
    fc.property(worlds, ({ today, made }) => check(made, today)),
    { numRuns: 25 },
  );

const groupBy = <T>(rows: readonly T[], key: (row: T) => string): T[][] => {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups.values()];
};
const overlapping = (spans: readonly { from: Date; to: Date }[]): boolean =>
  spans
    .toSorted((a, b) => a.from.getTime() - b.from.getTime())
    .some((span, index, sorted) => index > 0 && (sorted[index - 1]?.to ?? span.from) > span.from);

test('is the same for the same options, and another one on another day', () => {
  expect([...generateWorld(options)]).toEqual(world);
  expect([...generateWorld({ ...options, today: new Date('2026-03-19T12:00:00.000Z') })]).not.toEqual(world);
});

test('has as many patients as asked for, at sites that share nothing', () => {
  const sites = [...generateWorld({ ...options, patients: 2_005 })];
  expect(sites.map((site) => site.patient.patients.length)).toEqual([1_000, 1_000, 5]);
  for (const of of [
    (site: WorldPart) => site.patient.patients,
    (site: WorldPart) => site.appointment.practitioners,
    (site: WorldPart) => site.appointment.appointments,
  ]) {
    const ids = sites.flatMap((site) => of(site).map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  }
  const npis = sites.flatMap((site) => site.appointment.practitioners.map(({ npi }) => npi));
  expect(new Set(npis).size).toBe(60);
  const numbers = sites.flatMap((site) => site.billing.invoices.flatMap(({ number }) => number ?? []));
  const years = groupBy(numbers, (number) => number.slice(0, 8));
  for (const year of years)
    expect(year.map((number) => Number(number.slice(9))).toSorted((a, b) => a - b)).toEqual(year.map((_, index) => index + 1));
});

test('ids are TypeIDs over UUIDs of version 7 that carry the time of creation', () => {
  for (const { id, createdAt } of part.appointment.appointments.slice(0, 50)) {
    const uuid = TypeID.fromString(id).toUUID();
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)).toBe(createdAt.getTime());
  }
});

test('practitioners have valid NPIs, 8 specialties and 4 time zones', () => {
  expect(part.appointment.practitioners.every(({ npi }) => isNpi(npi))).toBe(true);
  expect(new Set(part.appointment.practitioners.map(({ specialty }) => specialty)).size).toBe(8);
  expect(new Set(part.appointment.schedules.map(({ timeZone }) => timeZone)).size).toBe(4);
});

test('the demo practitioner is on call around the clock', () => {
  const schedule = part.appointment.schedules.find(({ practitionerId }) => practitionerId === demoIds.practitioner);
  const rules = part.appointment.rules.filter(({ scheduleId }) => scheduleId === schedule?.id);
  expect(rules.map(({ dayOfWeek }) => dayOfWeek)).toEqual(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']);
  expect(rules.every(({ startMinute, endMinute }) => startMinute === 0 && endMinute === 0)).toBe(true);
  const urgent = part.appointment.healthcareServices.find(({ code }) => code === 'video-urgent-15');
  expect(part.appointment.offeredServices).toContainEqual({ practitionerId: demoIds.practitioner, healthcareServiceId: urgent?.id });
  expect(urgent).toMatchObject({ minimumNoticeMinutes: 0, gridMinutes: 5 });
});

describe('every world', () => {
  test(
    'has nobody in two places at once, buffers included',
    forWorlds(({ appointment: { appointments } }) => {
      for (const own of groupBy(appointments, ({ practitionerId }) => practitionerId)) {
        expect(overlapping(own.map(({ blockedFrom, blockedUntil }) => ({ from: blockedFrom, to: blockedUntil })))).toBe(false);
      }
      for (const own of groupBy(appointments, ({ patientId }) => patientId)) {
        expect(overlapping(own.map(({ startsAt, endsAt }) => ({ from: startsAt, to: endsAt })))).toBe(false);
      }
    }),
  );

  test(
    'keeps to working hours and days off',
    forWorlds(({ appointment }) => {
      for (const { practitionerId, startsAt, endsAt } of appointment.appointments) {
        const schedule = appointment.schedules.find((one) => one.practitionerId === practitionerId);
        const local = (at: Date) => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(schedule?.timeZone ?? 'UTC');
        const [start, end] = [local(startsAt), local(endsAt)];
        const minute = (time: Temporal.ZonedDateTime) => time.hour * 60 + time.minute;
        const open = appointment.rules.some(
          (rule) =>
            rule.scheduleId === schedule?.id &&
            rule.dayOfWeek === (['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const)[start.dayOfWeek - 1] &&
            rule.startMinute <= minute(start) &&
            minute(end) <= (rule.endMinute || 1_440),
        );
        const date = start.toPlainDate().toString();
        const off = appointment.exceptions.some(
          ({ scheduleId, kind, startsOn, endsOn }) =>
            scheduleId === schedule?.id &&
            kind === 'TIME_OFF' &&
            startsOn.toISOString().slice(0, 10) <= date &&
            date <= endsOn.toISOString().slice(0, 10),
        );
        expect({ open, off }).toEqual({ open: true, off: false });
      }
    }),
  );

  test(
    'has states that go with the date, reached by legal steps',
    forWorlds(({ appointment, visit }, today) => {
      const allowed = { past: ['FULFILLED', 'CANCELLED', 'NOSHOW'], ahead: ['BOOKED', 'PENDING', 'CANCELLED'] };
      for (const { status, startsAt } of appointment.appointments) expect(allowed[startsAt < today ? 'past' : 'ahead']).toContain(status);
      for (const entries of groupBy(appointment.statusEntries, ({ appointmentId }) => appointmentId)) {
        entries.forEach(({ status, sequence, changedAt }, index) => {
          const before = entries[index - 1];
          expect(sequence).toBe(index + 1);
          expect(changedAt < today).toBe(true);
          if (before) expect([appointmentStates.allows(before.status, status), before.changedAt <= changedAt]).toEqual([true, true]);
        });
        expect(entries.at(-1)?.status).toBe(appointment.appointments.find(({ id }) => id === entries[0]?.appointmentId)?.status);
      }
      for (const periods of groupBy(visit.statusPeriods, ({ visitId }) => visitId)) {
        periods.slice(1).forEach(({ status }, index) => expect(visitStates.allows(periods[index]?.status ?? 'PLANNED', status)).toBe(true));
      }
    }),
  );

  test(
    'tells the same of appointments and visits',
    forWorlds(({ appointment, visit, prescription }) => {
      const video = new Set(appointment.healthcareServices.filter(({ modality }) => modality === 'VIDEO').map(({ id }) => id));
      const expected = { FULFILLED: 'FINISHED', BOOKED: 'PLANNED', CANCELLED: 'CANCELLED', NOSHOW: 'CANCELLED' } as const;
      const visits = new Map(visit.visits.map((row) => [row.appointmentId, row]));
      for (const { id, status, patientId, practitionerId, healthcareServiceId, startsAt } of appointment.appointments) {
        const own = visits.get(id);
        if (!video.has(healthcareServiceId) || status === 'PENDING') expect(own).toBeUndefined();
        else
          expect(own).toMatchObject({
            patientId,
            practitionerId,
            plannedStartAt: startsAt,
            status: expected[status as keyof typeof expected],
          });
      }
      expect(prescription.visitWindows).toEqual(
        visit.visits.map(({ id: visitId, patientId, practitionerId, status, sensitivities }) => ({
          visitId,
          patientId,
          practitionerId,
          status,
          sensitivities,
        })),
      );
    }),
  );

  test(
    'has notes whose hash is that of their content',
    forWorlds(({ visit }) => {
      const signed = visit.notes.flatMap(({ signedAt, signedById, ...note }) =>
        signedAt && signedById ? [{ ...note, signedAt, signedBy: signedById }] : [],
      );
      expect(signed.map(({ id, ...note }) => noteHash({ ...note, noteId: id }))).toEqual(signed.map(({ contentHash }) => contentHash));
    }),
  );

  test(
    'prescribes within the call, and signs nothing that the patient is allergic to',
    forWorlds(({ visit, prescription }, today) => {
      const calls = new Map(visit.visits.map((row) => [row.id, row]));
      for (const { id, visitId, patientId, practitionerId, createdAt, signedAt, status, updatedAt } of prescription.prescriptions) {
        const call = calls.get(visitId ?? '');
        expect(call).toMatchObject({ patientId, practitionerId, status: 'FINISHED' });
        expect(
          createdAt >= (call?.startedAt ?? today) && (signedAt ?? createdAt) <= (call?.endedAt ?? createdAt) && updatedAt <= today,
        ).toBe(true);
        expect(signedAt === null).toBe(status === 'DRAFT');
        if (signedAt) expect(prescription.detectedIssues.some(({ prescriptionId }) => prescriptionId === id)).toBe(false);
      }
    }),
  );

  test(
    'charges each finished visit and each fee once, and its sums agree',
    forWorlds(({ visit, appointment, billing }, today) => {
      const sources = billing.chargeItems.map(({ sourceType, sourceId }) => `${sourceType} ${sourceId}`);
      const finished = visit.visits.filter(({ status }) => status === 'FINISHED').map(({ id }) => `VISIT ${id}`);
      const fees = appointment.appointments.filter(({ feeMinor }) => feeMinor !== null).map(({ id }) => `APPOINTMENT ${id}`);
      expect(sources.toSorted()).toEqual([...finished, ...fees].toSorted());

      for (const invoice of billing.invoices) {
        const lines = billing.invoiceLines.filter(({ invoiceId }) => invoiceId === invoice.id);
        const paid = billing.payments
          .filter(({ invoiceId, status }) => invoiceId === invoice.id && status === 'SUCCEEDED')
          .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
        expect(lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(invoice.totalMinor);
        expect(paid <= invoice.totalMinor && (paid === invoice.totalMinor) === (invoice.status === 'BALANCED')).toBe(true);
        expect(
          [invoice.issuedAt, invoice.balancedAt, invoice.cancelledAt].every(
            (at) => at === null || at <= new Date(today.getTime() + 60_000),
          ),
        ).toBe(true);
      }
      for (const { payments, id } of billing.refunds.map(({ paymentId, id: refundId }) => ({
        payments: billing.payments.filter((one) => one.id === paymentId),
        id: refundId,
      }))) {
        expect(
          payments.map(({ status }) => status),
          id,
        ).toEqual(['SUCCEEDED']);
      }
      for (const entries of groupBy(billing.ledgerEntries, ({ transactionId }) => transactionId)) {
        expect(entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(0);
      }
    }),
  );

  test(
    'names nobody who is not there, and lets only adults be proxies',
    forWorlds(({ patient, appointment, visit, prescription, billing }) => {
      const patients = new Map(patient.patients.map((row) => [row.id, row]));
      const named = [
        patient.allergies,
        patient.consents,
        patient.treatingRelations,
        appointment.appointments,
        visit.visits,
        prescription.patientAllergies,
        billing.accounts,
        billing.invoices,
        billing.claims,
      ];
      for (const { patientId } of named.flat()) expect(patients.has(patientId)).toBe(true);
      for (const { patientId, proxyPatientId, status, grantedAt } of patient.proxyGrants.filter((grant) => grant.status === 'ACTIVE')) {
        const [child, parent] = [patients.get(patientId), patients.get(proxyPatientId)];
        const years = (child?.birthDate.getUTCFullYear() ?? 0) - (parent?.birthDate.getUTCFullYear() ?? 0);
        expect([years >= 18, status, grantedAt >= (parent?.registeredAt ?? grantedAt)]).toEqual([true, 'ACTIVE', true]);
      }
      for (const { registeredAt, birthDate } of patient.patients) expect(registeredAt > birthDate).toBe(true);
    }),
  );
});
