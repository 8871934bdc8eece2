import type { QueryResolvers } from '../generated/graphql.ts';
import { seenVisit } from '../visit-service.ts';

export const visit: NonNullable<QueryResolvers['visit']> = (_root, { id }, context) => seenVisit(context, id);
