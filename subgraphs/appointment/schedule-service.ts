import { lock } from '#chassis/database.ts';
import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate } from '#chassis/mutation.ts';
import { scheduleAccess } from './access.ts';
import { words } from './booking-rules.ts';
import type { AppointmentContext, Tx } from './context.ts';
import type { Schedule } from './generated/prisma/client.ts';
import type { AddAvailabilityExceptionInput, RemoveAvailabilityExceptionInput, SetAvailabilityInput } from './generated/graphql.ts';
import { minuteOf } from './local-time.ts';
import { checked } from './practitioner-rules.ts';
import { deleteException, exceptionWithSchedule, insertException, replaceRules, saveTimeZone, scheduleOf } from './schedule-store.ts';

interface ScheduleAnswer {
  schedule: Schedule | null;
  userErrors: UserError[];
}

const maxRules = 100;
const longestException = 366 * 86_400_000;

export async function setAvailability(context: AppointmentContext, input: SetAvailabilityInput): Promise<ScheduleAnswer> {
  const outcome = await mutate(context, 'setAvailability', input, async (tx: Tx) => {
    const schedule = await lockedSchedule(tx, context, input.practitionerId);
    checked((complain) => {
      if (input.rules.length > maxRules) complain('rules', `rules must be at most ${maxRules}.`);
      for (const [index, { validFrom, validTo }] of input.rules.entries()) {
        if (validFrom && validTo && validTo < validFrom)
          complain(['rules', String(index), 'validTo'], 'validTo must not be before validFrom.');
      }
    });
    if (input.timeZone) await saveTimeZone(tx, schedule.id, input.timeZone);
    await replaceRules(
      tx,
      schedule.id,
      input.rules.map((rule) => ({
        id: newId('rul'),
        scheduleId: schedule.id,
        dayOfWeek: rule.dayOfWeek,
        startMinute: minuteOf(rule.startTime),
        endMinute: minuteOf(rule.endTime),
        validFrom: rule.validFrom ?? null,
        validTo: rule.validTo ?? null,
      })),
    );
    return { scheduleId: schedule.id };
  });
  return scheduleAnswer(context, outcome);
}

export async function addAvailabilityException(context: AppointmentContext, input: AddAvailabilityExceptionInput): Promise<ScheduleAnswer> {
  const outcome = await mutate(context, 'addAvailabilityException', input, async (tx: Tx) => {
    const schedule = await lockedSchedule(tx, context, input.practitionerId);
    const { kind, startsOn } = input;
    const endsOn = input.endsOn ?? startsOn;
    const startMinute = input.startTime ? minuteOf(input.startTime) : null;
    const endMinute = input.endTime ? minuteOf(input.endTime) : null;
    checked((complain) => {
      if (endsOn < startsOn || endsOn.getTime() - startsOn.getTime() > longestException)
        complain('endsOn', 'endsOn must be from startsOn to 366 days later.');
      if ((startMinute === null) !== (endMinute === null))
        complain(startMinute === null ? 'startTime' : 'endTime', 'startTime and endTime must come together.');
      else if (kind === 'EXTRA_HOURS' && startMinute === null) complain('startTime', 'Extra hours need startTime and endTime.');
    });
    const reason = words(input.reason, 'reason');
    await insertException(tx, { id: newId('exc'), scheduleId: schedule.id, kind, startsOn, endsOn, startMinute, endMinute, reason });
    return { scheduleId: schedule.id };
  });
  return scheduleAnswer(context, outcome);
}

export async function removeAvailabilityException(
  context: AppointmentContext,
  input: RemoveAvailabilityExceptionInput,
): Promise<ScheduleAnswer> {
  const outcome = await mutate(context, 'removeAvailabilityException', input, async (tx: Tx) => {
    await lock(tx, `exception:${input.exceptionId}`);
    const exception = await exceptionWithSchedule(tx, input.exceptionId);
    if (!exception || !(await scheduleAccess.may(context, 'keep', exception.schedule))) throw notFound('exception', ['exceptionId']);
    await lock(tx, `practitioner:${exception.schedule.practitionerId}`);
    await deleteException(tx, exception.id);
    return { scheduleId: exception.scheduleId };
  });
  return scheduleAnswer(context, outcome);
}

/** The schedule under the lock that bookings take too, so that no booking is decided on a week that is being replaced. */
async function lockedSchedule(tx: Tx, context: AppointmentContext, practitionerId: string): Promise<Schedule> {
  if (!(await scheduleAccess.may(context, 'keep', { practitionerId }))) {
    throw new Refusal('NOT_ALLOWED', 'Only the practitioner and the front desk keep this schedule.', { path: ['practitionerId'] });
  }
  await lock(tx, `practitioner:${practitionerId}`);
  const schedule = await scheduleOf(tx, practitionerId);
  if (!schedule) throw notFound('practitioner', ['practitionerId']);
  return schedule;
}

async function scheduleAnswer(
  context: AppointmentContext,
  outcome: Awaited<ReturnType<typeof mutate<Tx, { scheduleId: string }>>>,
): Promise<ScheduleAnswer> {
  if (!outcome.ok) return { schedule: null, userErrors: outcome.userErrors };
  return { schedule: await context.loaders.schedule.load(outcome.result.scheduleId), userErrors: [] };
}
