import { badInput } from '#chassis/errors.ts';
import { isPatientSide } from './access.ts';
import { earliestStarts } from './availability/search.ts';
import { withinDays } from './availability/zone-clock.ts';
import { searchCandidates } from './availability-store.ts';
import { bookableSpan } from './booking-rules.ts';
import type { AppointmentContext } from './context.ts';
import type { HealthcareService } from './generated/prisma/client.ts';
import type { QueryavailableSlotsArgs } from './generated/graphql.ts';
import type { SlotMapper, TakenPlace } from './mappers.ts';

const maxSlots = 500;
const maxDays = 31;
const maxPractitioners = 100;
const minute = 60_000;

/** @throws BAD_USER_INPUT naming the argument */
export async function availableSlots(context: AppointmentContext, args: QueryavailableSlotsArgs): Promise<SlotMapper[]> {
  const { from, to, healthcareServiceId } = args;
  const timeZone = args.timeZone ?? null;
  const first = args.first ?? 50;
  if (first < 1 || first > maxSlots) throw badInput('first', `must be from 1 to ${maxSlots}, not ${first}.`);
  if (to <= from) throw badInput('to', 'must be after from.');
  if (!withinDays(from, to, maxDays, timeZone ?? 'UTC')) throw badInput('to', `must be at most ${maxDays} days after from.`);
  if (args.practitionerIds && args.practitionerIds.length > maxPractitioners)
    throw badInput('practitionerIds', `must have at most ${maxPractitioners} ids.`);
  const service = await context.loaders.healthcareService.load(healthcareServiceId);
  if (!service) throw badInput('healthcareServiceId', 'is not a visit type.');
  return search(context, service, {
    practitionerIds: args.practitionerIds ?? null,
    specialty: args.specialty ?? null,
    from,
    to,
    first,
    timeZone,
  });
}

/** The next five starts of the same practitioner after a place that somebody else has. */
export async function nextFreeSlots(
  context: AppointmentContext,
  { practitionerId, healthcareServiceId, startsAt }: TakenPlace,
): Promise<SlotMapper[]> {
  const service = await context.loaders.healthcareService.load(healthcareServiceId);
  if (!service) return [];
  const to = new Date(startsAt.getTime() + maxDays * 1440 * minute);
  return search(context, service, { practitionerIds: [practitionerId], specialty: null, from: startsAt, to, first: 5, timeZone: null });
}

interface Search {
  practitionerIds: readonly string[] | null;
  specialty: QueryavailableSlotsArgs['specialty'] | null;
  from: Date;
  to: Date;
  first: number;
  timeZone: string | null;
}

async function search(
  context: AppointmentContext,
  service: HealthcareService,
  { practitionerIds, specialty, from, to, first, timeZone }: Search,
): Promise<SlotMapper[]> {
  const { earliest, latest } = bookableSpan(service, context.now(), isPatientSide(context.caller));
  const start = Math.max(from.getTime(), earliest.getTime());
  const end = Math.min(to.getTime(), latest.getTime() + 1);
  if (end <= start) return [];
  const duration = service.durationMinutes * minute;
  const looked = { start: start - service.bufferBeforeMinutes * minute, end: end + duration + service.bufferAfterMinutes * minute };
  const candidates = await searchCandidates(
    context.database.client,
    { healthcareServiceId: service.id, practitionerIds, specialty: specialty ?? null },
    looked,
  );
  return earliestStarts(candidates, service, { start, end }, first).map((found) => ({
    practitionerId: found.practitionerId,
    healthcareServiceId: service.id,
    startsAt: new Date(found.start),
    endsAt: new Date(found.start + duration),
    timeZone,
  }));
}
