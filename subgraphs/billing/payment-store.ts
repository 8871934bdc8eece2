import { newId } from '#chassis/ids.ts';
import type { Payment, Prisma, PrismaClient } from './generated/prisma/client.ts';

export async function insertPayment(
  tx: Prisma.TransactionClient,
  payment: { invoiceId: string; patientId: string; amountMinor: number; currency: string; createdAt: Date; nextCheckAt: Date },
): Promise<Payment> {
  const id = newId('pay');
  return tx.payment.create({ data: { id, status: 'CREATED', providerKey: id, ...payment } });
}

/**
 * CREATED to PENDING. True for exactly one caller, however many try: that one asks the provider, and nobody else does.
 */
export async function claimPayment(db: PrismaClient, id: string, sentAt: Date, nextCheckAt: Date): Promise<boolean> {
  const { count } = await db.payment.updateMany({ where: { id, status: 'CREATED' }, data: { status: 'PENDING', sentAt, nextCheckAt } });
  return count === 1;
}

export const findPayment = (db: Pick<PrismaClient, 'payment'>, id: string): Promise<Payment | null> =>
  db.payment.findUnique({ where: { id } });

/** False when it has moved on in the meantime. */
export async function movePayment(
  tx: Prisma.TransactionClient,
  payment: Payment,
  change: Prisma.PaymentUpdateManyMutationInput,
): Promise<boolean> {
  const { count } = await tx.payment.updateMany({
    where: { id: payment.id, status: payment.status, sentAt: payment.sentAt },
    data: change,
  });
  return count === 1;
}

/** What was tried so far to pay an invoice. */
export interface Attempts {
  failed: number;
  /** Payments that have not failed: paid or under way. */
  live: number;
  /** What the live ones come to. */
  askedMinor: number;
}

export async function attemptsOf(tx: Prisma.TransactionClient, invoiceId: string): Promise<Attempts> {
  const groups = await tx.payment.groupBy({ by: 'status', where: { invoiceId }, _count: true, _sum: { amountMinor: true } });
  const attempts: Attempts = { failed: 0, live: 0, askedMinor: 0 };
  for (const { status, _count, _sum } of groups) {
    if (status === 'FAILED') attempts.failed += _count;
    else {
      attempts.live += _count;
      attempts.askedMinor += _sum.amountMinor ?? 0;
    }
  }
  return attempts;
}

export async function paidMinor(tx: Prisma.TransactionClient, invoiceId: string): Promise<number> {
  const { _sum } = await tx.payment.aggregate({ where: { invoiceId, status: 'SUCCEEDED' }, _sum: { amountMinor: true } });
  return _sum.amountMinor ?? 0;
}

/** Payments that the provider is to be asked about by now, the longest due first. */
export const duePayments = (db: PrismaClient, now: Date, limit: number): Promise<Payment[]> =>
  db.payment.findMany({ where: { nextCheckAt: { lte: now } }, orderBy: { nextCheckAt: 'asc' }, take: limit });

export const paymentsById = (db: PrismaClient, ids: readonly string[]): Promise<Payment[]> =>
  db.payment.findMany({ where: { id: { in: [...ids] } } });

export const paymentsOfInvoices = (db: PrismaClient, invoiceIds: readonly string[]): Promise<Payment[]> =>
  db.payment.findMany({ where: { invoiceId: { in: [...invoiceIds] } }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
