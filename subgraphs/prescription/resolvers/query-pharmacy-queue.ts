import type { QueryResolvers } from '../generated/graphql.ts';
import { pharmacyQueue as queue } from '../prescription-service.ts';

export const pharmacyQueue: NonNullable<QueryResolvers['pharmacyQueue']> = (_root, args, context) => queue(context, args);
