import { emptyIdPage, pageIds, readPage, toConnection } from '#chassis/paging.ts';
import { isBiller } from '../access.ts';
import { chargeList } from '../charge-item-store.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const chargeItems: NonNullable<QueryResolvers['chargeItems']> = async (_root, { status, ...args }, context) => {
  const asked = readPage(args);
  if (!isBiller(context)) return toConnection(emptyIdPage, []);
  const page = await pageIds(context.database.client, chargeList(status), asked);
  return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.chargeItem.load(id))));
};
