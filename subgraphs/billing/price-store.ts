import { isExclusionViolation } from '#chassis/database.ts';
import { Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import type { PageSpec } from '#chassis/paging.ts';
import { Prisma, type Price, type PrismaClient } from './generated/prisma/client.ts';

/** Whoever reads a price to charge by it and whoever sets one wait for each other, so that no charge misses its price. */
export const priceLock = (serviceCode: string, currency: string): string => `price:${serviceCode}:${currency}`;

/** The price of the service on a day, null when it has none. */
export const priceOn = (tx: Prisma.TransactionClient, serviceCode: string, currency: string, day: Date): Promise<Price | null> =>
  tx.price.findFirst({
    where: { serviceCode, currency, effectiveFrom: { lte: day }, OR: [{ effectiveTo: null }, { effectiveTo: { gt: day } }] },
  });

export interface NewPrice {
  serviceCode: string;
  currency: string;
  amountMinor: number;
  effectiveFrom: Date;
  effectiveTo: Date | null;
}

/** @throws Refusal CONFLICT when it overlaps a price that cannot be shortened */
export async function insertPrice(tx: Prisma.TransactionClient, price: NewPrice, at: Date): Promise<Price> {
  await tx.price.updateMany({
    where: { serviceCode: price.serviceCode, currency: price.currency, effectiveFrom: { lt: price.effectiveFrom }, effectiveTo: null },
    data: { effectiveTo: price.effectiveFrom },
  });
  try {
    return await tx.price.create({ data: { id: newId('pri'), ...price, createdAt: at } });
  } catch (error) {
    if (!isExclusionViolation(error)) throw error;
    throw new Refusal('CONFLICT', 'The service already has a price for part of this time. Look at prices and choose another time.', {
      path: ['effectiveFrom'],
    });
  }
}

export const findPrice = (tx: Prisma.TransactionClient, id: string): Promise<Price | null> => tx.price.findUnique({ where: { id } });

/** Writes down that charges still wait for this price. */
export const openBacklog = (tx: Prisma.TransactionClient, priceId: string) => tx.priceBacklog.create({ data: { priceId } });

/** Nobody waits for this price any more. */
export const closeBacklog = (tx: Prisma.TransactionClient, priceId: string) => tx.priceBacklog.delete({ where: { priceId } });

/** A price for which charges wait and which nobody else gives them at the moment, held for the rest of the transaction. */
export async function takeBacklog(tx: Prisma.TransactionClient): Promise<Price | null> {
  const [taken] = await tx.$queryRaw<{ price_id: string }[]>(
    Prisma.sql`select price_id from price_backlog order by price_id limit 1 for update skip locked`,
  );
  return taken ? findPrice(tx, taken.price_id) : null;
}

export const pricesById = (db: PrismaClient, ids: readonly string[]): Promise<Price[]> =>
  db.price.findMany({ where: { id: { in: [...ids] } } });

export const priceList = (serviceCode: string | null | undefined): PageSpec => ({
  table: 'price',
  order: [
    { column: 'service_code', type: 'text' },
    { column: 'effective_from', type: 'date' },
    { column: 'id', type: 'text' },
  ],
  direction: 'asc',
  ...(serviceCode && { where: Prisma.sql`t.service_code = ${serviceCode}` }),
});
