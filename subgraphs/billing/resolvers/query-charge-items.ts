import { pageIds, readPage, toConnection } from '#chassis/paging.ts';
import { chargeAccess } from '../access.ts';
import { chargeList } from '../charge-item-store.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const chargeItems: NonNullable<QueryResolvers['chargeItems']> = async (_root, { status, ...args }, context) => {
  const list = chargeList(chargeAccess.inSight(context, 't', 'readWorklist'), status);
  const page = await pageIds(context.database.client, list, readPage(args));
  return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.chargeItem.load(id))));
};
