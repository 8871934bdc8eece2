import { pageIds, readPage, toConnection } from '#chassis/paging.ts';
import { invoiceAccess } from '../access.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { invoiceList } from '../invoice-store.ts';

export const invoices: NonNullable<QueryResolvers['invoices']> = async (_root, { status, ...args }, context) => {
  const list = invoiceList(invoiceAccess.inSight(context, 't', 'readWorklist'), status);
  const page = await pageIds(context.database.client, list, readPage(args));
  return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.invoice.load(id))));
};
