import { invoiceAccess } from '../access.ts';
import type { BillingContext } from '../context.ts';
import type { Invoice } from '../generated/prisma/client.ts';

/** The invoice with this id; null when there is none that the caller may see. */
export const visibleInvoice = async (context: BillingContext, id: string): Promise<Invoice | null> =>
  invoiceAccess.visible(context, await context.loaders.invoice.load(id));
