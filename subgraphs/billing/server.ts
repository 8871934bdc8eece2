import type pg from 'pg';
import { defineSubgraph } from '#chassis/subgraph.ts';
import { ofPatient } from '#chassis/audit/watch-types.ts';
import { startBackground } from './background.ts';
import type { BillingContext, Tx } from './context.ts';
import { handlers } from './events.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { createLoaders } from './loaders.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { defaultTimes, type ProviderTimes } from './provider-times.ts';
import { protectedTables } from './protected-columns.ts';
import { resolvers } from './resolvers/index.ts';
import { testPaymentProvider } from './test-payment-provider.ts';

export interface BillingOptions {
  /** Who moves the money; the embedded test provider when left out. */
  provider?: (pool: pg.Pool) => PaymentProvider;
  times?: Partial<ProviderTimes>;
}

/** The billing subgraph with a payment provider of choice. */
export const billingSubgraph = ({ provider = testPaymentProvider, times }: BillingOptions = {}) =>
  defineSubgraph<Tx, PrismaClient, BillingContext>({
    name: 'billing',
    resolvers,
    openClient: (adapter) => new PrismaClient({ adapter }),
    protects: protectedTables,
    createContext: (base) => ({
      ...base,
      provider: provider(base.database.pool),
      times: { ...defaultTimes, ...times },
      loaders: createLoaders(base),
    }),
    handlers,
    audited: {
      Account: ofPatient,
      LedgerTransaction: ofPatient,
      ChargeItem: ofPatient,
      Invoice: ofPatient,
      Payment: ofPatient,
      Refund: ofPatient,
      Coverage: ofPatient,
      Claim: ofPatient,
    },
    start: startBackground,
  });

export const createBillingSubgraph = billingSubgraph();
