import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../schedule-service.ts';

export const removeAvailabilityException: NonNullable<MutationResolvers['removeAvailabilityException']> = (_root, { input }, context) =>
  service.removeAvailabilityException(context, input);
