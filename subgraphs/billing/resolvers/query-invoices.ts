import { emptyIdPage, pageIds, readPage, toConnection } from '#chassis/paging.ts';
import { isBiller } from '../access.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { invoiceList } from '../invoice-store.ts';

export const invoices: NonNullable<QueryResolvers['invoices']> = async (_root, { status, ...args }, context) => {
  const asked = readPage(args);
  if (!isBiller(context)) return toConnection(emptyIdPage, []);
  const page = await pageIds(context.database.client, invoiceList({ status }), asked);
  return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.invoice.load(id))));
};
