import type { RequestContext } from '#chassis/context.ts';
import type { Prisma, PrismaClient } from './generated/prisma/client.ts';
import type { BillingLoaders } from './loaders.ts';
import type { PaymentProvider } from './payment-provider.ts';
import type { ProviderTimes } from './provider-times.ts';

/** What a transaction of this subgraph offers. */
export type Tx = Prisma.TransactionClient;

/** What every resolver and service of billing gets. */
export interface BillingContext extends RequestContext<PrismaClient> {
  readonly provider: PaymentProvider;
  readonly times: ProviderTimes;
  /** Of this request. A mutation replaces them, so that its answer is loaded anew. */
  loaders: BillingLoaders;
}
