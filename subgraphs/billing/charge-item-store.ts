import { newId } from '#chassis/ids.ts';
import type { PageSpec } from '#chassis/paging.ts';
import { chargeItemStates } from './charge-item-states.ts';
import { feeCodes } from './charge-rules.ts';
import { Prisma, type ChargeItem, type ChargeItemStatus, type Price, type PrismaClient } from './generated/prisma/client.ts';

const fees: string[] = Object.values(feeCodes);

export type NewCharge = Omit<ChargeItem, 'id' | 'invoiceId' | 'statusReason'>;

/** The new charge, or null when its source or its appointment has made it before (unique keys). */
export async function insertCharge(tx: Prisma.TransactionClient, charge: NewCharge): Promise<ChargeItem | null> {
  const [created] = await tx.chargeItem.createManyAndReturn({ data: { id: newId('chg'), ...charge }, skipDuplicates: true });
  return created ?? null;
}

export const findCharge = (tx: Prisma.TransactionClient, id: string): Promise<ChargeItem | null> =>
  tx.chargeItem.findUnique({ where: { id } });

/** Puts a charge that is on no invoice into another state; false when it has moved on in the meantime. */
export async function moveFreeCharge(
  tx: Prisma.TransactionClient,
  charge: ChargeItem,
  change: { status: ChargeItemStatus; statusReason?: string },
): Promise<boolean> {
  const { count } = await tx.chargeItem.updateMany({
    where: { id: charge.id, patientId: charge.patientId, status: charge.status, invoiceId: null },
    data: change,
  });
  return count === 1;
}

/** Gives a price to at most `limit` charges that waited for it, the earliest service first. */
export const priceWaitingCharges = (
  tx: Prisma.TransactionClient,
  { serviceCode, currency, amountMinor, effectiveFrom, effectiveTo }: Price,
  status: ChargeItemStatus,
  limit: number,
): Promise<{ id: string; patientId: string }[]> =>
  tx.$queryRaw<{ id: string; patientId: string }[]>(Prisma.sql`
    with waiting as (
      select id from charge_item
      where status = 'PLANNED' and amount_minor is null and code = ${serviceCode} and currency = ${currency}
        and occurred_at >= ${effectiveFrom} and (${effectiveTo}::timestamptz is null or occurred_at < ${effectiveTo}::timestamptz)
      order by occurred_at, id limit ${limit} for update
    )
    update charge_item as charge set status = ${status}::charge_item_status, amount_minor = ${amountMinor}
    from waiting where charge.id = waiting.id
    returning charge.id, charge.patient_id as "patientId"`);

/** What a line of an invoice needs of a charge. */
export interface BillableCharge {
  id: string;
  code: string;
  amountMinor: number;
}

/** The patient's charges that are ready and on no invoice, the earliest service first, locked until the end of the transaction. */
export const lockBillableCharges = (
  tx: Prisma.TransactionClient,
  patientId: string,
  currency: string,
  limit: number,
): Promise<BillableCharge[]> =>
  tx.$queryRaw<BillableCharge[]>(Prisma.sql`
    select id, code, amount_minor as "amountMinor" from charge_item
    where patient_id = ${patientId} and status = 'BILLABLE' and invoice_id is null and currency = ${currency}
    order by occurred_at, id limit ${limit} for update`);

export const putOnInvoice = (tx: Prisma.TransactionClient, chargeIds: readonly string[], invoiceId: string) =>
  tx.chargeItem.updateMany({ where: { id: { in: [...chargeIds] } }, data: { invoiceId } });

/** Goes with the issue of the invoice: how many charges became BILLED. */
export async function billCharges(tx: Prisma.TransactionClient, invoiceId: string): Promise<number> {
  const { count } = await tx.chargeItem.updateMany({ where: { invoiceId, status: 'BILLABLE' }, data: { status: 'BILLED' } });
  return count;
}

/** Goes with the cancellation of the invoice: its charges may be billed on another one. @returns their appointments */
export async function releaseCharges(tx: Prisma.TransactionClient, invoiceId: string): Promise<string[]> {
  const released = await tx.chargeItem.updateManyAndReturn({ where: { invoiceId }, data: { status: 'BILLABLE', invoiceId: null } });
  return released.flatMap(({ appointmentId }) => appointmentId ?? []);
}

/** Is the service of this appointment charged: it took place, so no fee is due. */
export const hasServiceCharge = async (tx: Prisma.TransactionClient, appointmentId: string): Promise<boolean> =>
  (await tx.chargeItem.findFirst({ where: { appointmentId, code: { notIn: fees } }, select: { id: true } })) !== null;

/**
 * Stops the fees of those appointments whose service is charged. One that is on an invoice stays as it is. The rows are
 * locked first, so that a fee which is being taken off an invoice at this moment is not missed.
 */
export async function stopOvertakenFees(tx: Prisma.TransactionClient, appointmentIds: readonly string[]): Promise<void> {
  const found = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    select id from charge_item where appointment_id = any(${[...appointmentIds]}::text[]) and code = any(${fees}::text[]) order by id for update`);
  if (found.length === 0) return;
  const stoppable = chargeItemStates.states.filter((status) => chargeItemStates.allows(status, 'ABORTED'));
  const overtaken = await tx.$queryRaw<{ id: string; patientId: string }[]>(Prisma.sql`
    select fee.id, fee.patient_id as "patientId" from charge_item as fee
    where fee.id = any(${found.map(({ id }) => id)}::text[]) and fee.invoice_id is null and fee.status::text = any(${stoppable}::text[])
      and ${isOvertaken} order by fee.id`);
  const statusReason = 'The appointment took place and is charged itself.';
  for (const { id, patientId } of overtaken)
    await tx.chargeItem.update({ where: { id, patientId }, data: { status: 'ABORTED', statusReason } });
}

/** How many fees on this invoice are of appointments whose service is charged. */
export async function overtakenFees(tx: Prisma.TransactionClient, invoiceId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ fees: number }[]>(Prisma.sql`
    select count(*)::int as fees from charge_item as fee where fee.invoice_id = ${invoiceId} and fee.code = any(${fees}::text[]) and ${isOvertaken}`);
  return row?.fees ?? 0;
}

const isOvertaken = Prisma.sql`exists (
  select from charge_item as service where service.appointment_id = fee.appointment_id and service.code <> all(${fees}::text[]))`;

const inOrder = [{ occurredAt: 'asc' as const }, { id: 'asc' as const }];

export const chargesById = (db: PrismaClient, ids: readonly string[]): Promise<ChargeItem[]> =>
  db.chargeItem.findMany({ where: { id: { in: [...ids] } } });

export const chargesOfAppointments = (db: PrismaClient, appointmentIds: readonly string[]): Promise<ChargeItem[]> =>
  db.chargeItem.findMany({ where: { appointmentId: { in: [...appointmentIds] } }, orderBy: inOrder });

export const chargesOfVisits = (db: PrismaClient, visitIds: readonly string[]): Promise<ChargeItem[]> =>
  db.chargeItem.findMany({ where: { visitId: { in: [...visitIds] } }, orderBy: inOrder });

export const chargesOfInvoice = (tx: Prisma.TransactionClient, invoiceId: string): Promise<ChargeItem[]> =>
  tx.chargeItem.findMany({ where: { invoiceId }, orderBy: inOrder });

/** Charges that fulfil `inSight` (columns as `t.…`), the latest service first. */
export const chargeList = (inSight: Prisma.Sql, status: ChargeItemStatus | null | undefined): PageSpec => ({
  table: 'charge_item',
  order: [
    { column: 'occurred_at', type: 'timestamptz' },
    { column: 'id', type: 'text' },
  ],
  direction: 'desc',
  where: status ? Prisma.sql`${inSight} and t.status = ${status}::charge_item_status` : inSight,
});
