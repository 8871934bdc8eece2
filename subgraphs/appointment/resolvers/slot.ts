import { localText } from '../availability/zone-clock.ts';
import type { AppointmentContext } from '../context.ts';
import type { SlotResolvers } from '../generated/graphql.ts';
import type { SlotMapper } from '../mappers.ts';
import { present } from '../present.ts';

async function zoneOf({ timeZone, practitionerId }: SlotMapper, { loaders }: AppointmentContext): Promise<string> {
  return timeZone ?? present(await loaders.scheduleOfPractitioner.load(practitionerId), 'schedule', practitionerId).timeZone;
}

export const Slot: SlotResolvers = {
  practitioner: async ({ practitionerId }, _args, { loaders }) =>
    present(await loaders.practitioner.load(practitionerId), 'practitioner', practitionerId),
  healthcareService: async ({ healthcareServiceId }, _args, { loaders }) =>
    present(await loaders.healthcareService.load(healthcareServiceId), 'visit type', healthcareServiceId),
  // Only free places are ever searched for.
  status: () => 'FREE',
  localStart: async (slot, _args, context) => localText(slot.startsAt, await zoneOf(slot, context)),
  timeZone: (slot, _args, context) => zoneOf(slot, context),
};
