import { defineSubgraph } from '#chassis/subgraph.ts';
import { ofPatient } from '#chassis/audit/watch-types.ts';
import { createVisitContext, type Tx, type VisitContext } from './context.ts';
import { visitEventHandlers } from './events.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { protectedTables } from './protected-columns.ts';
import { resolvers } from './resolvers/index.ts';

/** The visit subgraph: video visits from waiting room to signed note. */
export const createVisitSubgraph = defineSubgraph<Tx, PrismaClient, VisitContext>({
  name: 'visit',
  resolvers,
  openClient: (adapter) => new PrismaClient({ adapter }),
  protects: protectedTables,
  createContext: createVisitContext,
  handlers: visitEventHandlers,
  audited: { Visit: ofPatient, ClinicalNote: ofPatient },
});
