import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../appointment-service.ts';

export const checkInAppointment: NonNullable<MutationResolvers['checkInAppointment']> = (_root, { input }, context) =>
  service.checkInAppointment(context, input);
