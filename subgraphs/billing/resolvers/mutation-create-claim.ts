import type { MutationResolvers } from '../generated/graphql.ts';
import { createClaim as create } from '../claim-service.ts';

export const createClaim: NonNullable<MutationResolvers['createClaim']> = (_root, { input }, context) => create(context, input);
