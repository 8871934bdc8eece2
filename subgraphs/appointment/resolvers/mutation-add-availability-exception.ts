import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../schedule-service.ts';

export const addAvailabilityException: NonNullable<MutationResolvers['addAvailabilityException']> = (_root, { input }, context) =>
  service.addAvailabilityException(context, input);
