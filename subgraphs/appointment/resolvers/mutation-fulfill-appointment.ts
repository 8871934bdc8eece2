import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../appointment-service.ts';

export const fulfillAppointment: NonNullable<MutationResolvers['fulfillAppointment']> = (_root, { input }, context) =>
  service.fulfillAppointment(context, input);
