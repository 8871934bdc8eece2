import type { QueryResolvers } from '../generated/graphql.ts';

export const medication: NonNullable<QueryResolvers['medication']> = (_root, { id }, context) => context.medications.load(id);
