import type { QueryResolvers } from '../generated/graphql.ts';

export const pharmacy: NonNullable<QueryResolvers['pharmacy']> = (_root, { id }, context) => context.pharmacies.load(id);
