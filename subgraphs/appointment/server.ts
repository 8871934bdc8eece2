import { defineSubgraph } from '#chassis/subgraph.ts';
import { ofPatient } from '#chassis/audit/watch-types.ts';
import { createContext } from './context.ts';
import { handlers } from './events.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { watchRequests } from './request-expiry.ts';
import { protectedTables } from './protected-columns.ts';
import { resolvers } from './resolvers/index.ts';

/** Builds the appointment subgraph: practitioners, visit types, schedules, free slots, appointments, waitlist. */
export const createAppointmentSubgraph = defineSubgraph({
  name: 'appointment',
  resolvers,
  openClient: (adapter) => new PrismaClient({ adapter }),
  protects: protectedTables,
  createContext,
  handlers,
  audited: { Appointment: ofPatient, WaitlistEntry: ofPatient },
  start: watchRequests,
});
