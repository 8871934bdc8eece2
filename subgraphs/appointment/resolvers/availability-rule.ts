import type { AvailabilityRuleResolvers } from '../generated/graphql.ts';
import { timeOf } from '../local-time.ts';

export const AvailabilityRule: AvailabilityRuleResolvers = {
  startTime: ({ startMinute }) => timeOf(startMinute),
  endTime: ({ endMinute }) => timeOf(endMinute),
};
