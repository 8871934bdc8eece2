import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../booking-service.ts';

export const bookAppointment: NonNullable<MutationResolvers['bookAppointment']> = (_root, { input }, context) =>
  service.bookAppointment(context, input);
