import { maySeeClaim } from '../access.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const claim: NonNullable<QueryResolvers['claim']> = async (_root, { id }, context) => {
  const found = await context.loaders.claim.load(id);
  return found && (await maySeeClaim(context, found)) ? found : null;
};
