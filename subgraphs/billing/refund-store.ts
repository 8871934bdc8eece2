import { newId } from '#chassis/ids.ts';
import type { Payment, Prisma, PrismaClient, Refund } from './generated/prisma/client.ts';

export async function insertRefund(
  tx: Prisma.TransactionClient,
  payment: Payment,
  refund: { amountMinor: number; reason: string; createdAt: Date; nextCheckAt: Date },
): Promise<Refund> {
  const id = newId('rfd');
  const { invoiceId, patientId, currency } = payment;
  return tx.refund.create({
    data: { id, paymentId: payment.id, invoiceId, patientId, currency, status: 'PENDING', providerKey: id, ...refund },
  });
}

/** True for exactly one caller, however many try: that one asks the provider, and nobody else does. */
export async function claimRefund(db: PrismaClient, id: string, sentAt: Date, nextCheckAt: Date): Promise<boolean> {
  const { count } = await db.refund.updateMany({ where: { id, status: 'PENDING', sentAt: null }, data: { sentAt, nextCheckAt } });
  return count === 1;
}

export const findRefund = (db: Pick<PrismaClient, 'refund'>, id: string): Promise<Refund | null> => db.refund.findUnique({ where: { id } });

/** False when it has moved on in the meantime. */
export async function moveRefund(
  tx: Prisma.TransactionClient,
  refund: Refund,
  change: Prisma.RefundUpdateManyMutationInput,
): Promise<boolean> {
  const { count } = await tx.refund.updateMany({ where: { id: refund.id, status: refund.status, sentAt: refund.sentAt }, data: change });
  return count === 1;
}

/** What the payment's refunds come to that have not failed: given back or under way. */
export async function returnedMinor(tx: Prisma.TransactionClient, paymentId: string): Promise<number> {
  const { _sum } = await tx.refund.aggregate({ where: { paymentId, status: { not: 'FAILED' } }, _sum: { amountMinor: true } });
  return _sum.amountMinor ?? 0;
}

export const dueRefunds = (db: PrismaClient, now: Date, limit: number): Promise<Refund[]> =>
  db.refund.findMany({ where: { nextCheckAt: { lte: now } }, orderBy: { nextCheckAt: 'asc' }, take: limit });

export const refundsById = (db: PrismaClient, ids: readonly string[]): Promise<Refund[]> =>
  db.refund.findMany({ where: { id: { in: [...ids] } } });

export const refundsOfPayments = (db: PrismaClient, paymentIds: readonly string[]): Promise<Refund[]> =>
  db.refund.findMany({ where: { paymentId: { in: [...paymentIds] } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
