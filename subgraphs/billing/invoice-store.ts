import { lock, type SqlExecutor } from '#chassis/database.ts';
import { newId } from '#chassis/ids.ts';
import type { PageSpec } from '#chassis/paging.ts';
import type { BillableCharge } from './charge-item-store.ts';
import { Prisma, type Invoice, type InvoiceLine, type InvoiceStatus, type PrismaClient } from './generated/prisma/client.ts';
import { sumMinor } from './money.ts';

/** Who issues: one legal person today. */
const issuer = 'main';

/** The invoice, held for the rest of the transaction against everyone who pays, refunds or cancels. */
export async function lockInvoice(tx: Prisma.TransactionClient, id: string): Promise<Invoice | null> {
  await lock(tx, `invoice:${id}`);
  return tx.invoice.findUnique({ where: { id } });
}

export async function insertDraft(
  tx: Prisma.TransactionClient,
  draft: { patientId: string; currency: string; charges: readonly BillableCharge[]; at: Date },
): Promise<Invoice> {
  const { patientId, currency, charges, at } = draft;
  const invoice = await tx.invoice.create({
    data: { id: newId('inv'), patientId, status: 'DRAFT', issuer, currency, totalMinor: sumMinor(charges), createdAt: at },
  });
  await tx.invoiceLine.createMany({
    data: charges.map(({ id, code, amountMinor }, index) => ({
      invoiceId: invoice.id,
      position: index + 1,
      chargeItemId: id,
      code,
      amountMinor,
      currency,
    })),
  });
  return invoice;
}

/**
 * `INV-2026-000001`, counted per issuer and year (UTC) of the issue. Gapless: the counter's row lock is held until the
 * transaction ends, and what rolls back gives its number back.
 */
export async function nextInvoiceNumber(tx: SqlExecutor, invoice: Invoice, at: Date): Promise<string> {
  const year = at.getUTCFullYear();
  const [counter] = await tx.$queryRaw<{ last_number: number }[]>(Prisma.sql`
    insert into invoice_counter (issuer, year, last_number) values (${invoice.issuer}, ${year}, 1)
    on conflict (issuer, year) do update set last_number = invoice_counter.last_number + 1
    returning last_number`);
  if (!counter) throw new Error('the invoice counter gave no number');
  return `INV-${year}-${String(counter.last_number).padStart(6, '0')}`;
}

export const updateInvoice = (
  tx: Prisma.TransactionClient,
  { id, patientId }: Pick<Invoice, 'id' | 'patientId'>,
  change: Prisma.InvoiceUpdateInput,
): Promise<Invoice> => tx.invoice.update({ where: { id, patientId }, data: change });

export const invoicesById = (db: PrismaClient, ids: readonly string[]): Promise<Invoice[]> =>
  db.invoice.findMany({ where: { id: { in: [...ids] } } });

export const linesOfInvoices = (db: PrismaClient, invoiceIds: readonly string[]): Promise<InvoiceLine[]> =>
  db.invoiceLine.findMany({ where: { invoiceId: { in: [...invoiceIds] } }, orderBy: [{ invoiceId: 'asc' }, { position: 'asc' }] });

/** Invoices that fulfil `inSight` (columns as `t.…`), the newest first. */
export function invoiceList(inSight: Prisma.Sql, status: InvoiceStatus | null | undefined): PageSpec {
  return {
    table: 'invoice',
    order: [
      { column: 'created_at', type: 'timestamptz' },
      { column: 'id', type: 'text' },
    ],
    direction: 'desc',
    where: status ? Prisma.sql`${inSight} and t.status = ${status}::invoice_status` : inSight,
  };
}

export interface PaidSums {
  invoiceId: string;
  paidMinor: number;
  pendingMinor: number;
  refundedMinor: number;
}

/** What was paid, is under way, and was given back, per invoice. */
export async function paidSums(db: SqlExecutor, invoiceIds: readonly string[]): Promise<PaidSums[]> {
  const rows = await db.$queryRaw<{ invoice_id: string; paid: bigint; pending: bigint; refunded: bigint }[]>(Prisma.sql`
    select asked.invoice_id,
      coalesce((select sum(amount_minor) from payment as p where p.invoice_id = asked.invoice_id and p.status = 'SUCCEEDED'), 0)::bigint as paid,
      coalesce((select sum(amount_minor) from payment as p where p.invoice_id = asked.invoice_id and p.status in ('CREATED', 'PENDING', 'UNKNOWN')), 0)::bigint as pending,
      coalesce((select sum(amount_minor) from refund as r where r.invoice_id = asked.invoice_id and r.status = 'SUCCEEDED'), 0)::bigint as refunded
    from unnest(${[...invoiceIds]}::text[]) as asked (invoice_id)`);
  return rows.map((row) => ({
    invoiceId: row.invoice_id,
    paidMinor: Number(row.paid),
    pendingMinor: Number(row.pending),
    refundedMinor: Number(row.refunded),
  }));
}
