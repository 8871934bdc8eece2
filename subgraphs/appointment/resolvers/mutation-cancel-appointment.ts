import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../appointment-service.ts';

export const cancelAppointment: NonNullable<MutationResolvers['cancelAppointment']> = (_root, { input }, context) =>
  service.cancelAppointment(context, input);
