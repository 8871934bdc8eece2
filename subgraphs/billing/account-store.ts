import { newId } from '#chassis/ids.ts';
import type { Account, Prisma, PrismaClient } from './generated/prisma/client.ts';
import { accountCurrency } from './money.ts';

/** The account of the patient, opened now if there is none: events about a patient may come before the registration does. */
export async function openAccount(tx: Prisma.TransactionClient, patientId: string, at: Date): Promise<Account> {
  await tx.account.createMany({
    data: { id: newId('acc'), patientId, currency: accountCurrency, openedAt: at },
    skipDuplicates: true,
  });
  return tx.account.findUniqueOrThrow({ where: { patientId } });
}

export const accountOfPatient = (tx: Prisma.TransactionClient, patientId: string): Promise<Account | null> =>
  tx.account.findUnique({ where: { patientId } });

export const accountsById = (db: PrismaClient, ids: readonly string[]): Promise<Account[]> =>
  db.account.findMany({ where: { id: { in: [...ids] } } });

export const accountsOfPatients = (db: PrismaClient, patientIds: readonly string[]): Promise<Account[]> =>
  db.account.findMany({ where: { patientId: { in: [...patientIds] } } });
