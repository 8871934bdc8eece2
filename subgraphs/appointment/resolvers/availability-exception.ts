import type { AvailabilityExceptionResolvers } from '../generated/graphql.ts';
import { timeOf } from '../local-time.ts';

export const AvailabilityException: AvailabilityExceptionResolvers = {
  startTime: ({ startMinute }) => (startMinute === null ? null : timeOf(startMinute)),
  endTime: ({ endMinute }) => (endMinute === null ? null : timeOf(endMinute)),
};
