import { transact } from '#chassis/database.ts';
import { defineSubgraph, type Subgraph, type SubgraphOptions } from '#chassis/subgraph.ts';
import { ofPatient } from '#chassis/audit/watch-types.ts';
import { syncCatalogue, syncDemoPharmacies } from './catalogue/catalogue-sync.ts';
import { readPrescriptionConfig } from './config.ts';
import { createPrescriptionContext, type PrescriptionContext, type Tx } from './context.ts';
import { eventHandlers } from './events.ts';
import { watchExpiry } from './expiry.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { databaseTime } from './read-model-store.ts';
import { protectedTables } from './protected-columns.ts';
import { resolvers } from './resolvers/index.ts';

/** Builds the prescription subgraph. @throws ConfigError */
export async function createPrescriptionSubgraph(options: SubgraphOptions): Promise<Subgraph<PrescriptionContext>> {
  const config = readPrescriptionConfig(options.env ?? process.env);
  let startedAt = new Date();
  const create = defineSubgraph<Tx, PrismaClient, PrescriptionContext>({
    name: 'prescription',
    resolvers,
    openClient: (adapter) => new PrismaClient({ adapter }),
    protects: protectedTables,
    createContext: (base) => createPrescriptionContext(base, { config, startedAt }),
    handlers: eventHandlers(options.now ?? (() => new Date())),
    audited: { Prescription: ofPatient, DetectedIssue: ofPatient, Dispense: ofPatient },
    async prepare(context) {
      const { client } = context.database;
      startedAt = await databaseTime(client);
      await transact(client, (tx: Tx) => syncCatalogue(tx, context.now()));
      if (config.demoPharmacies) await transact(client, (tx: Tx) => syncDemoPharmacies(tx, context.now()));
    },
    start: watchExpiry,
  });
  return create(options);
}
