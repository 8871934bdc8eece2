import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../appointment-service.ts';

export const arriveAppointment: NonNullable<MutationResolvers['arriveAppointment']> = (_root, { input }, context) =>
  service.arriveAppointment(context, input);
