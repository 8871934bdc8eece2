import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '#chassis/testing/eventually.ts';
import type { AppointmentContext } from './context.ts';
import { cancelOverdueRequests } from './request-expiry.ts';
import { at, codeOf, openPractice, send, type Practice } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' });
const costly = { cancelNoticeMinutes: 43_200, lateCancelFee: usd(2500), noShowFee: usd(5000) };
const systemContext = (of: Practice = practice): AppointmentContext =>
  of.graph.subgraph.context({ caller: { role: 'SYSTEM', subject: 'system:appointment', scopes: [] }, requestId: 'test' });
const look = (time: string, context = systemContext, batch?: number) =>
  practice.when(time, () => cancelOverdueRequests(context(), undefined, batch));
const statusOf = async (id: string, of: Practice = practice) =>
  (await of.desk.execute<{ appointment: { status: string } }>('query ($id: ID!) { appointment(id: $id) { status } }', { id })).appointment
    .status;

/** Requests for one place after the other with one practitioner, from Tuesday 10:00 in New York on. */
async function requests(count: number): Promise<string[]> {
  const healthcareServiceId = await practice.healthcareService({ requiresApproval: true });
  const practitionerId = await practice.practitioner([healthcareServiceId]);
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const startsAt = new Date(Date.parse(at(1, '14:00')) + index * 20 * 60_000).toISOString();
    const made = await send(practice.desk, 'bookAppointment', {
      patientId: await practice.patient(),
      practitionerId,
      healthcareServiceId,
      startsAt,
    });
    ids.push(made.appointment?.id ?? '');
  }
  return ids;
}

describe('a request that nobody has accepted', () => {
  it('is cancelled without a fee when its start has come', async () => {
    const { appointmentId, asPatient, asPractitioner } = await practice.booking({ requiresApproval: true, ...costly });
    expect(await look(at(1, '13:59'))).toBe(0);
    expect(await statusOf(appointmentId)).toBe('PENDING');
    expect(await look(at(1, '14:00'))).toBe(1);
    const { appointment } = await asPatient.execute<{ appointment: object }>(
      `query ($id: ID!) { appointment(id: $id) {
        status cancellation { reasonCode note late cancelledAt } fee { amountMinor } statusHistory { status } } }`,
      { id: appointmentId },
    );
    expect(appointment).toEqual({
      status: 'CANCELLED',
      cancellation: {
        reasonCode: 'OTHER',
        note: 'Nobody accepted the request before its start.',
        late: false,
        cancelledAt: at(1, '14:00'),
      },
      fee: null,
      statusHistory: [{ status: 'PENDING' }, { status: 'CANCELLED' }],
    });
    const last = (await practice.graph.emitted('appointment.cancelled')).at(-1);
    expect(last).toMatchObject({ subject: appointmentId, data: { reasonCode: 'OTHER', late: false, fee: null } });
    expect(codeOf(await send(asPractitioner, 'approveAppointment', { appointmentId }))).toBe('ILLEGAL_STATE');
    expect(await look(at(1, '14:00'))).toBe(0);
  });

  it('is left alone once it is accepted or moved', async () => {
    const accepted = await practice.booking({ requiresApproval: true });
    await send(accepted.asPractitioner, 'approveAppointment', { appointmentId: accepted.appointmentId });
    const moved = await practice.booking({ requiresApproval: true });
    await send(moved.asPatient, 'rescheduleAppointment', { appointmentId: moved.appointmentId, startsAt: at(3, '15:00') });
    expect(await look(at(2, '14:00'))).toBe(0);
    expect([await statusOf(accepted.appointmentId), await statusOf(moved.appointmentId)]).toEqual(['BOOKED', 'PENDING']);
    expect(await look(at(3, '15:00'))).toBe(1);
  });

  it('is cancelled once when two look at the same time', async () => {
    const ids = await requests(6);
    const cancelled = await practice.when(at(2, '12:00'), () =>
      Promise.all([cancelOverdueRequests(systemContext()), cancelOverdueRequests(systemContext())]),
    );
    expect(cancelled[0] + cancelled[1]).toBe(6);
    const told = (await practice.graph.emitted('appointment.cancelled')).filter(({ subject }) => ids.includes(subject));
    expect(told).toHaveLength(6);
  });

  it('is taken in the order of starts, in pieces, and one that fails starves none after it', async () => {
    const ids = await requests(5);
    const broken = ids.slice(0, 3);
    const { pool } = practice.graph.subgraph.database;
    await pool.query(`create function refuse_some() returns trigger language plpgsql as $$ begin raise exception 'broken row'; end $$`);
    const list = broken.map((id) => `'${id}'`).join(', ');
    await pool.query(
      `create trigger refuse_some before update on appointment for each row when (old.id in (${list})) execute function refuse_some()`,
    );
    const lines: { appointmentId: string }[] = [];
    const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line) as { appointmentId: string }) });
    const logged = (): AppointmentContext => ({ ...systemContext(), log });
    try {
      expect(await look(at(2, '12:00'), logged, 2)).toBe(2);
    } finally {
      await pool.query('drop trigger refuse_some on appointment');
    }
    expect(lines.map(({ appointmentId }) => appointmentId)).toEqual(broken);
    expect(await Promise.all(ids.map((id) => statusOf(id)))).toEqual(['PENDING', 'PENDING', 'PENDING', 'CANCELLED', 'CANCELLED']);
    expect(await look(at(2, '12:00'), logged, 2)).toBe(3);
    const told = (await practice.graph.emitted('appointment.cancelled')).map(({ subject }) => subject).filter((id) => ids.includes(id));
    expect(told).toEqual([...ids.slice(3), ...broken]);
  });
});

describe('the running service', () => {
  afterEach(() => vi.useRealTimers());

  it('looks every minute', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using running = await openPractice({ start: true });
    const { appointmentId } = await running.booking({ requiresApproval: true });
    running.graph.setNow(new Date(at(1, '14:00')));
    vi.advanceTimersByTime(60_000);
    const status = await eventually(
      () => statusOf(appointmentId, running),
      (now) => now !== 'PENDING',
    );
    expect(status).toBe('CANCELLED');
  });
});
