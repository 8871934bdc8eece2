import type { SeededConsent } from '#chassis/access/known-consents.ts';
import { bulkLoad } from '#chassis/bulk-load.ts';
import { withProtection } from '#chassis/protection/with-protection.ts';
import type {
  Account,
  ChargeItem,
  Claim,
  Coverage,
  Invoice,
  InvoiceCounter,
  InvoiceLine,
  LedgerEntry,
  LedgerTransaction,
  Payment,
  Price,
  Refund,
  TestProviderCharge,
} from './generated/prisma/client.ts';
import { protectedTables } from './protected-columns.ts';

/** Rows of this subgraph: what a bulk load brings. */
export interface BillingPart {
  prices: Price[];
  accounts: Account[];
  coverages: Omit<Coverage, 'memberIndex'>[];
  invoices: Invoice[];
  chargeItems: ChargeItem[];
  invoiceLines: InvoiceLine[];
  payments: Payment[];
  refunds: Refund[];
  claims: Claim[];
  ledgerTransactions: LedgerTransaction[];
  ledgerEntries: LedgerEntry[];
  /** What the embedded payment provider remembers of the payments and refunds. */
  providerCharges: TestProviderCharge[];
  /** The numbers given so far, this part's included. */
  invoiceCounters: InvoiceCounter[];
  proxyRelations: { grantId: string; patientId: string; proxyPatientId: string; endsOn: Date | null }[];
  activeConsents: SeededConsent[];
}

/** Loads parts into an empty database of this subgraph, in one transaction. `env` has the key-encryption keys. @returns how many rows */
export const seedBilling = (databaseUrl: string, parts: AsyncIterable<BillingPart>, env: NodeJS.ProcessEnv): Promise<number> =>
  withProtection({ subgraph: 'billing', databaseUrl, tables: protectedTables, env }, (_protection, seal) =>
    bulkLoad(databaseUrl, parts, async (part, insert, client) => {
      await insert('price', part.prices);
      await insert('account', part.accounts);
      await insert('coverage', await seal('coverage', part.coverages));
      await insert('invoice', await seal('invoice', part.invoices));
      await insert('charge_item', await seal('charge_item', part.chargeItems));
      await insert('invoice_line', part.invoiceLines);
      await insert('payment', part.payments);
      await insert('refund', await seal('refund', part.refunds));
      await insert('claim', await seal('claim', part.claims));
      await insert('ledger_transaction', part.ledgerTransactions);
      await insert('ledger_entry', part.ledgerEntries);
      await insert('test_provider_charge', part.providerCharges);
      await insert('proxy_relation', part.proxyRelations);
      await insert('active_consent', part.activeConsents);
      for (const { issuer, year, lastNumber } of part.invoiceCounters) {
        await client.query(
          `insert into invoice_counter (issuer, year, last_number) values ($1, $2, $3)
         on conflict (issuer, year) do update set last_number = excluded.last_number`,
          [issuer, year, lastNumber],
        );
      }
    }),
  );
