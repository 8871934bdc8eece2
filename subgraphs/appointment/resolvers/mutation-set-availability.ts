import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../schedule-service.ts';

export const setAvailability: NonNullable<MutationResolvers['setAvailability']> = (_root, { input }, context) =>
  service.setAvailability(context, input);
