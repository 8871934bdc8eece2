import type { QueryResolvers } from '../generated/graphql.ts';
import { searchMedications } from '../medication-service.ts';

export const medications: NonNullable<QueryResolvers['medications']> = (_root, args, context) => searchMedications(context, args);
