import type { WaitlistEntryResolvers } from '../generated/graphql.ts';
import { present } from '../present.ts';
import { findWaitlistEntry } from '../waitlist-service.ts';

export const WaitlistEntry: WaitlistEntryResolvers = {
  __resolveReference: ({ id }, context) => findWaitlistEntry(context, id),
  patient: ({ patientId }) => ({ id: patientId }),
  healthcareService: async ({ healthcareServiceId }, _args, { loaders }) =>
    present(await loaders.healthcareService.load(healthcareServiceId), 'visit type', healthcareServiceId),
  practitioner: ({ practitionerId }, _args, { loaders }) => (practitionerId ? loaders.practitioner.load(practitionerId) : null),
};
