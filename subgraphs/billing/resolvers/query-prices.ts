import { pageIds, readPage, toConnection } from '#chassis/paging.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { priceList } from '../price-store.ts';

export const prices: NonNullable<QueryResolvers['prices']> = async (_root, { serviceCode, ...args }, context) => {
  const page = await pageIds(context.database.client, priceList(serviceCode), readPage(args));
  return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.price.load(id))));
};
