import type { MitigationResolvers } from '../generated/graphql.ts';

/** An override is whole (a check constraint), so a missing part is a defect. */
function part<T>(value: T | null): T {
  if (value === null) throw new Error('an overridden issue lacks a part of its override');
  return value;
}

export const Mitigation: MitigationResolvers = {
  reason: ({ mitigationReason }) => part(mitigationReason),
  by: ({ mitigatedById }) => ({ id: part(mitigatedById) }),
  at: ({ mitigatedAt }) => part(mitigatedAt),
};
