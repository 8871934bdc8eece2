import { pageIds, readPage, toConnection } from '#chassis/paging.ts';
import { claimAccess } from '../access.ts';
import { claimList } from '../claim-store.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const claims: NonNullable<QueryResolvers['claims']> = async (_root, { status, ...args }, context) => {
  const list = claimList(claimAccess.inSight(context, 't', 'readWorklist'), status);
  const page = await pageIds(context.database.client, list, readPage(args));
  return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.claim.load(id))));
};
