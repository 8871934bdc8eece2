import { newId } from '#chassis/ids.ts';
import type { SqlExecutor } from '#chassis/database.ts';
import { Prisma, type LedgerEntry, type LedgerTransactionKind, type PrismaClient } from './generated/prisma/client.ts';
import { entriesOf } from './ledger.ts';
import type { Money } from './money.ts';

interface Posting {
  kind: LedgerTransactionKind;
  /** The invoice, payment or refund that makes it: each makes it once (unique key). */
  sourceId: string;
  patientId: string;
  invoiceId: string;
  amount: Money;
  at: Date;
}

/** Books both sides. The database checks the sum at commit. */
export async function post(tx: Prisma.TransactionClient, posting: Posting): Promise<void> {
  const { kind, sourceId, patientId, invoiceId, amount, at } = posting;
  const id = newId('ltx');
  await tx.ledgerTransaction.create({ data: { id, kind, sourceId, patientId, invoiceId, postedAt: at } });
  await tx.ledgerEntry.createMany({
    data: entriesOf[kind](amount).map((entry, index) => ({ ...entry, transactionId: id, position: index + 1, patientId })),
  });
}

export const ledgerTransactionsById = (db: PrismaClient, ids: readonly string[]) =>
  db.ledgerTransaction.findMany({ where: { id: { in: [...ids] } } });

export const entriesOfTransactions = (db: PrismaClient, transactionIds: readonly string[]): Promise<LedgerEntry[]> =>
  db.ledgerEntry.findMany({
    where: { transactionId: { in: [...transactionIds] } },
    orderBy: [{ transactionId: 'asc' }, { position: 'asc' }],
  });

export interface PatientBalance extends Money {
  patientId: string;
}

/** What each patient owes in each currency in which anything was ever booked, by currency code. */
export async function balancesOfPatients(db: SqlExecutor, patientIds: readonly string[]): Promise<PatientBalance[]> {
  const rows = await db.$queryRaw<{ patient_id: string; currency: string; balance: bigint }[]>(Prisma.sql`
    select patient_id, currency, sum(amount_minor)::bigint as balance
    from ledger_entry where patient_id = any(${[...patientIds]}::text[]) and account = 'RECEIVABLE'
    group by patient_id, currency order by patient_id, currency`);
  return rows.map((row) => ({ patientId: row.patient_id, currency: row.currency, amountMinor: Number(row.balance) }));
}
