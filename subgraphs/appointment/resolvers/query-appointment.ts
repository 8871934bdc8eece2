import { findAppointment } from '../appointment-service.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const appointment: NonNullable<QueryResolvers['appointment']> = (_root, { id }, context) => findAppointment(context, id);
