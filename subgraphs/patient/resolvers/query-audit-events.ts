import { searchAuditEvents } from '../audit-service.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const auditEvents: NonNullable<QueryResolvers['auditEvents']> = (_root, args, context) => searchAuditEvents(context, args);
