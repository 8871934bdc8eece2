import type { QueryResolvers } from '../generated/graphql.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const invoice: NonNullable<QueryResolvers['invoice']> = (_root, { id }, context) => visibleInvoice(context, id);
