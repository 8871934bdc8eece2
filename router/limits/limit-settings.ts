import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';
import { clientAddressBehind, type TrustedProxies } from '../client-address.ts';
import { anyDocument, type DocumentPolicy } from './documents.ts';
import { readManifests } from './manifests.ts';
import { developmentBudgets, productionBudgets, type RateBudgets } from './rate-limits.ts';
import type { RateStoreConfig } from './rate-store.ts';

/** What the environment says about limits. docs/limits.md has the defaults. */
export interface LimitSettings {
  readonly production: boolean;
  readonly operations: 'open' | 'registered';
  readonly manifestsFolder: string | undefined;
  readonly rateStore: RateStoreConfig;
  readonly clientBudgetsFile: string | undefined;
  readonly trustedProxies: TrustedProxies;
}

/** The variables that `limitSettings` reads. */
export const limitVariables = {
  OPERATIONS: z.enum(['open', 'registered']).optional(),
  OPERATIONS_MANIFESTS: z.string().min(1).optional(),
  RATE_LIMIT_STORE: z
    .union([z.literal('memory'), z.url({ protocol: /^(?:rediss?|postgres(?:ql)?)$/ })])
    .default('memory')
    .transform((text): RateStoreConfig => {
      if (text === 'memory') return { kind: 'memory' };
      return { kind: text.startsWith('redis') ? 'redis' : 'postgres', url: text };
    }),
  CLIENT_BUDGETS: z.string().min(1).optional(),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((range) => range.trim() || [])),
  FORWARDED_HEADER: z.enum(['x-forwarded-for', 'forwarded']).default('x-forwarded-for'),
};

/** @throws ConfigError when production says nowhere what may run, or a range of proxies is none */
export function limitSettings(config: z.infer<z.ZodObject<typeof limitVariables>>, production: boolean): LimitSettings {
  const { OPERATIONS, OPERATIONS_MANIFESTS } = config;
  if (production && !OPERATIONS_MANIFESTS && OPERATIONS !== 'open')
    throw new ConfigError(
      'In production only registered operations run. Set OPERATIONS_MANIFESTS to the folder of their manifests, or OPERATIONS=open to run whatever keeps to the limits.',
    );
  const operations = OPERATIONS ?? (production ? 'registered' : 'open');
  if (operations === 'registered' && !OPERATIONS_MANIFESTS)
    throw new ConfigError('OPERATIONS=registered needs OPERATIONS_MANIFESTS: the folder of the manifests.');
  const trustedProxies = { ranges: config.TRUSTED_PROXIES, header: config.FORWARDED_HEADER };
  try {
    clientAddressBehind(trustedProxies);
  } catch (error) {
    throw new ConfigError(`TRUSTED_PROXIES: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    production,
    operations,
    manifestsFolder: OPERATIONS_MANIFESTS,
    rateStore: config.RATE_LIMIT_STORE,
    clientBudgetsFile: config.CLIENT_BUDGETS,
    trustedProxies,
  };
}

/** @throws ConfigError that names the manifest that is none */
export async function readDocumentPolicy({ production, operations, manifestsFolder }: LimitSettings): Promise<DocumentPolicy> {
  return {
    operations,
    manifests: manifestsFolder === undefined ? anyDocument.manifests : await readManifests(manifestsFolder),
    automatic: !production,
    // In development a partner's integrator tries things out, until there are manifests to try.
    partnersRegistered: production || manifestsFolder !== undefined,
  };
}

const budget = z.object({ points: z.number().int().positive(), seconds: z.number().int().positive().max(86_400) });
const budgetsFile = z.strictObject({
  client: budget.optional(),
  subject: budget.optional(),
  address: budget.optional(),
  clients: z.record(z.string(), budget).optional(),
});

/** @throws ConfigError that says what is wrong with the file */
export async function readBudgets({ production, clientBudgetsFile }: LimitSettings): Promise<RateBudgets> {
  const usual = production ? productionBudgets : developmentBudgets;
  if (clientBudgetsFile === undefined) return usual;
  try {
    const { client, subject, address, clients } = budgetsFile.parse(JSON.parse(await readFile(clientBudgetsFile, 'utf8')));
    return {
      client: client ?? usual.client,
      subject: subject ?? usual.subject,
      address: address ?? usual.address,
      clients: clients ?? usual.clients,
    };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new ConfigError(
      `CLIENT_BUDGETS: ${clientBudgetsFile} is not { "client", "subject", "address": { "points", "seconds" }, "clients": { "<client_id>": … } }: ${reason}`,
      { cause: error },
    );
  }
}
