import { readPage, toConnection } from '#chassis/paging.ts';
import { accountAccess } from '../access.ts';
import type { AccountResolvers, LedgerEntryResolvers, LedgerTransactionResolvers } from '../generated/graphql.ts';
import { moneyOf } from './money.ts';
import { visibleInvoice } from './visible-invoice.ts';

export const Account: AccountResolvers = {
  __resolveReference: async ({ id }, context) => accountAccess.visible(context, await context.loaders.account.load(id)),
  patient: ({ patientId }) => ({ id: patientId }),
  balance: async ({ patientId, currency }, _args, context) => {
    const balances = await context.loaders.balancesOfPatient.load(patientId);
    return { currency, amountMinor: balances.find((balance) => balance.currency === currency)?.amountMinor ?? 0 };
  },
  balances: async ({ patientId }, _args, context) => (await context.loaders.balancesOfPatient.load(patientId)).map(moneyOf),
  transactions: async ({ patientId }, args, context) => {
    const page = await context.loaders.transactionPage.load(patientId, readPage(args));
    return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.ledgerTransaction.load(id))));
  },
};

export const LedgerTransaction: LedgerTransactionResolvers = {
  invoice: ({ invoiceId }, _args, context) => visibleInvoice(context, invoiceId),
  entries: ({ id }, _args, context) => context.loaders.entriesOfTransaction.load(id),
};

export const LedgerEntry: LedgerEntryResolvers = { amount: moneyOf };
