import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { at, openPractice, send, type AppointmentAnswer, type Practice } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

const appointment = 'appointment { id status startsAt }';
const entry = 'waitlistEntry { id status }';

/** What a proxy does: the fields that answer it, and its input. */
interface Act {
  fields: string;
  input: (booking: Awaited<ReturnType<Practice['booking']>>) => object | Promise<object>;
}

const acts = {
  bookAppointment: {
    fields: appointment,
    input: ({ patientId, practitionerId, healthcareServiceId }) => ({
      patientId,
      practitionerId,
      healthcareServiceId,
      startsAt: at(2, '14:00'),
    }),
  },
  rescheduleAppointment: { fields: appointment, input: ({ appointmentId }) => ({ appointmentId, startsAt: at(2, '14:00') }) },
  cancelAppointment: { fields: appointment, input: ({ appointmentId }) => ({ appointmentId, reasonCode: 'PAT' }) },
  joinWaitlist: { fields: entry, input: ({ patientId, healthcareServiceId }) => ({ patientId, healthcareServiceId }) },
  leaveWaitlist: {
    fields: entry,
    input: async ({ patientId, healthcareServiceId }) => {
      const joined = await send<{ waitlistEntry: { id: string } }>(
        practice.desk,
        'joinWaitlist',
        { patientId, healthcareServiceId },
        entry,
      );
      return { waitlistEntryId: joined.waitlistEntry.id };
    },
  },
} satisfies Record<string, Act>;

describe('the repeat of a key', () => {
  it.each(Object.entries<Act>(acts))('of %s shows the thing as long as the proxy may see it', async (mutation, { fields, input }) => {
    const booking = await practice.booking();
    const repeated = { idempotencyKey: newId('evt'), ...(await input(booking)) };
    const proxy = await practice.proxyOf(booking.patientId);
    const ask = (caller: TestCaller) => send<Record<string, unknown>>(caller, mutation, repeated, fields);
    const [field = ''] = fields.split(' ');
    const first = await ask(proxy);
    expect(first).toMatchObject({ [field]: { id: expect.any(String) as string }, userErrors: [] });
    expect(await ask(proxy)).toEqual(first);
    await proxy.revoke();
    expect(await ask(proxy)).toEqual({ [field]: null, userErrors: [] });
  });

  it('of a refused reschedule does not name the place of who may not see the appointment any more', async () => {
    const { appointmentId, patientId, practitionerId, healthcareServiceId } = await practice.booking();
    const place = { practitionerId, healthcareServiceId, startsAt: at(2, '14:00') };
    await send(practice.desk, 'bookAppointment', { ...place, patientId: await practice.patient() });
    const proxy = await practice.proxyOf(patientId);
    const input = { idempotencyKey: newId('evt'), appointmentId, startsAt: at(2, '14:00') };
    const ask = () =>
      send<AppointmentAnswer & { nextFreeSlots: unknown[] }>(
        proxy,
        'rescheduleAppointment',
        input,
        `${appointment} nextFreeSlots { startsAt practitioner { id } }`,
      );
    expect((await ask()).nextFreeSlots).toHaveLength(5);
    await proxy.revoke();
    const { userErrors, nextFreeSlots } = await ask();
    expect(userErrors).toMatchObject([{ code: 'SLOT_TAKEN' }]);
    expect(nextFreeSlots).toEqual([]);
  });
});
