import { maySeeInvoice } from '../access.ts';
import { visible } from '../change.ts';
import type { BillingContext } from '../context.ts';
import type { Invoice } from '../generated/prisma/client.ts';

/** The invoice with this id; null when there is none that the caller may see. */
export const visibleInvoice = async (context: BillingContext, id: string): Promise<Invoice | null> =>
  visible(await context.loaders.invoice.load(id), (invoice) => maySeeInvoice(context, invoice));
