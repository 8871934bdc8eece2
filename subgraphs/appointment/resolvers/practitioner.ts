import { appointmentsBelow } from '../appointment-lists.ts';
import type { PractitionerResolvers } from '../generated/graphql.ts';
import { present } from '../present.ts';
import { specialtyCodes } from '../specialties.ts';

export const Practitioner: PractitionerResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.practitioner.load(id),
  displayName: ({ prefix, givenName, familyName }) => [prefix, givenName, familyName].filter(Boolean).join(' '),
  specialtyCode: ({ specialty }) => specialtyCodes[specialty],
  licences: async ({ id }, _args, { loaders }) => (await loaders.licences.load(id)) ?? [],
  timeZone: async ({ id }, _args, { loaders }) => present(await loaders.scheduleOfPractitioner.load(id), 'schedule', id).timeZone,
  healthcareServices: async ({ id }, _args, { loaders }) => (await loaders.offeredServices.load(id)) ?? [],
  schedule: async ({ id }, _args, { loaders }) => present(await loaders.scheduleOfPractitioner.load(id), 'schedule', id),
  appointments: ({ id }, args, context) => appointmentsBelow(context, { parent: 'practitioner_id', direction: 'asc' }, id, args),
};
