import type { QueryResolvers } from '../generated/graphql.ts';
import { seenPrescription } from '../prescription-service.ts';

export const prescription: NonNullable<QueryResolvers['prescription']> = (_root, { id }, context) => seenPrescription(context, id);
