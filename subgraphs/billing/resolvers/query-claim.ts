import { claimAccess } from '../access.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const claim: NonNullable<QueryResolvers['claim']> = async (_root, { id }, context) =>
  claimAccess.visible(context, await context.loaders.claim.load(id));
