import type { RequestContext } from '#chassis/context.ts';
import { loader, pageLoader, type Loader, type PageLoader } from '#chassis/loaders.ts';
import { pageIdsByParent, type IdPage, type Page } from '#chassis/paging.ts';
import { invoiceAccess } from './access.ts';
import { accountsById, accountsOfPatients } from './account-store.ts';
import { chargesById, chargesOfAppointments, chargesOfVisits } from './charge-item-store.ts';
import { claimsById, claimsOfInvoices } from './claim-store.ts';
import { coveragesById, coveragesOfPatients } from './coverage-store.ts';
import type { InvoiceStatus, Prisma, PrismaClient } from './generated/prisma/client.ts';
import { invoiceList, invoicesById, linesOfInvoices, paidSums } from './invoice-store.ts';
import { balancesOfPatients, entriesOfTransactions, ledgerTransactionsById } from './ledger-store.ts';
import { paymentsById, paymentsOfInvoices } from './payment-store.ts';
import { pricesById } from './price-store.ts';
import { refundsById, refundsOfPayments } from './refund-store.ts';

export type BillingLoaders = ReturnType<typeof createLoaders>;

/** Everything that is read by id or below a parent: one statement each, however many are asked for. */
export function createLoaders({
  caller,
  charts,
  database: { client: db },
}: Pick<RequestContext<PrismaClient>, 'caller' | 'charts' | 'database'>) {
  const one = <Row>(fetch: (db: PrismaClient, ids: readonly string[]) => Promise<Row[]>, key: (row: Row) => string): Loader<Row> =>
    loader(async (ids) => new Map((await fetch(db, ids)).map((row) => [key(row), row])));

  const many = <Row>(
    fetch: (db: PrismaClient, ids: readonly string[]) => Promise<Row[]>,
    key: (row: Row) => string | null,
  ): ManyLoader<Row> => {
    const lists = loader<Row[]>(async (ids) => {
      const found = new Map<string, Row[]>(ids.map((id) => [id, []]));
      for (const row of await fetch(db, ids)) found.get(key(row) ?? '')?.push(row);
      return found;
    });
    return { load: async (id) => (await lists.load(id)) ?? [] };
  };

  return {
    account: one(accountsById, ({ id }) => id),
    accountOfPatient: one(accountsOfPatients, ({ patientId }) => patientId),
    balancesOfPatient: many(balancesOfPatients, ({ patientId }) => patientId),
    chargeItem: one(chargesById, ({ id }) => id),
    chargesOfAppointment: many(chargesOfAppointments, ({ appointmentId }) => appointmentId),
    chargesOfVisit: many(chargesOfVisits, ({ visitId }) => visitId),
    claim: one(claimsById, ({ id }) => id),
    claimsOfInvoice: many(claimsOfInvoices, ({ invoiceId }) => invoiceId),
    coverage: one(coveragesById, ({ id }) => id),
    coveragesOfPatient: many(coveragesOfPatients, ({ patientId }) => patientId),
    invoice: one(invoicesById, ({ id }) => id),
    linesOfInvoice: many(linesOfInvoices, ({ invoiceId }) => invoiceId),
    paidSums: one(paidSums, ({ invoiceId }) => invoiceId),
    invoicePages: invoicePageLoaders(db, () => invoiceAccess.inSight({ caller, charts }, 't')),
    ledgerTransaction: one(ledgerTransactionsById, ({ id }) => id),
    entriesOfTransaction: many(entriesOfTransactions, ({ transactionId }) => transactionId),
    transactionPage: pageLoader((patientIds, page) => pageIdsByParent(db, transactionList, patientIds, page)),
    payment: one(paymentsById, ({ id }) => id),
    paymentsOfInvoice: many(paymentsOfInvoices, ({ invoiceId }) => invoiceId),
    price: one(pricesById, ({ id }) => id),
    refund: one(refundsById, ({ id }) => id),
    refundsOfPayment: many(refundsOfPayments, ({ paymentId }) => paymentId),
  };
}

interface ManyLoader<Row> {
  load(id: string): Promise<Row[]>;
}

const transactionList = {
  table: 'ledger_transaction',
  parent: 'patient_id',
  order: [
    { column: 'posted_at', type: 'timestamptz' },
    { column: 'id', type: 'text' },
  ],
  direction: 'desc',
} as const;

/** Pages of the invoices per patient that the caller may see; those with the same status and page go together. */
function invoicePageLoaders(db: PrismaClient, inSight: () => Prisma.Sql) {
  const loaders = new Map<string, PageLoader<IdPage>>();
  return {
    load(patientId: string, status: InvoiceStatus | null | undefined, page: Page): Promise<IdPage> {
      const key = status ?? '';
      let pages = loaders.get(key);
      if (!pages) {
        pages = pageLoader((patientIds, asked) =>
          pageIdsByParent(db, { ...invoiceList(inSight(), status), parent: 'patient_id' }, patientIds, asked),
        );
        loaders.set(key, pages);
      }
      return pages.load(patientId, page);
    },
  };
}
