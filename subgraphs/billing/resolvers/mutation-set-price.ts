import type { MutationResolvers } from '../generated/graphql.ts';
import { setPrice as set } from '../price-service.ts';

export const setPrice: NonNullable<MutationResolvers['setPrice']> = (_root, { input }, context) => set(context, input);
