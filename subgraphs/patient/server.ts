import { defineSubgraph } from '#chassis/subgraph.ts';
import { createContext } from './context.ts';
import { handlers } from './events.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { watchProxyExpiry } from './proxy-expiry.ts';
import { resolvers } from './resolvers/index.ts';

export const createPatientSubgraph = defineSubgraph({
  name: 'patient',
  resolvers,
  openClient: (adapter) => new PrismaClient({ adapter }),
  createContext,
  handlers,
  start: watchProxyExpiry,
});
