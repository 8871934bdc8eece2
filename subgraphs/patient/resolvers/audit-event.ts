import { roles } from '#chassis/caller.ts';
import { actionOf } from '../audit-service.ts';
import type { AuditEventResolvers, AuditOutcome, PurposeOfUse } from '../generated/graphql.ts';

// Columns are text, as the services wrote them: the enums are what they can have written.
export const AuditEvent: AuditEventResolvers = {
  service: ({ source }) => source,
  sequence: ({ sequence }) => Number(sequence),
  action: actionOf,
  outcome: ({ outcome }) => outcome as AuditOutcome,
  role: ({ role }) => roles.find((known) => known === role) ?? null,
  purpose: ({ purpose }) => purpose as PurposeOfUse,
};
