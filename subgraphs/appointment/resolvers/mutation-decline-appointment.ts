import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../appointment-service.ts';

export const declineAppointment: NonNullable<MutationResolvers['declineAppointment']> = (_root, { input }, context) =>
  service.declineAppointment(context, input);
