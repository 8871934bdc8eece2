import type { QueryResolvers } from '../generated/graphql.ts';
import * as service from '../slot-service.ts';

export const availableSlots: NonNullable<QueryResolvers['availableSlots']> = (_root, args, context) =>
  service.availableSlots(context, args);
