import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../appointment-service.ts';

export const approveAppointment: NonNullable<MutationResolvers['approveAppointment']> = (_root, { input }, context) =>
  service.approveAppointment(context, input);
