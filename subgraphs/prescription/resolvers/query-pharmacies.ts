import type { QueryResolvers } from '../generated/graphql.ts';
import { listPharmacies } from '../pharmacy-service.ts';

export const pharmacies: NonNullable<QueryResolvers['pharmacies']> = (_root, args, context) => listPharmacies(context, args);
