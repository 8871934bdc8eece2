import { defineSubgraph } from '#chassis/subgraph.ts';
import { ofPatient } from '#chassis/audit/watch-types.ts';
import type { SealedRecord } from '#chassis/audit/record.ts';
import { saveAuditRecords } from './audit-store.ts';
import { createContext, type Tx } from './context.ts';
import { handlers } from './events.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import type { PatientById } from './mappers.ts';
import { watchProxyExpiry } from './proxy-expiry.ts';
import { protectedTables } from './protected-columns.ts';
import { resolvers } from './resolvers/index.ts';

/** The records of this service are gathered beside those of the others. */
const saveOwnRecords = async (tx: Tx, records: readonly SealedRecord[]): Promise<void> => {
  if (!(await saveAuditRecords(tx, 'patient', records))) throw new Error('the audit chain was sealed anew');
};

export const createPatientSubgraph = defineSubgraph({
  name: 'patient',
  resolvers,
  openClient: (adapter) => new PrismaClient({ adapter }),
  protects: protectedTables,
  createContext,
  handlers,
  audited: {
    Patient: ({ id }: PatientById) => ({ id, patientId: id }),
    AllergyIntolerance: ofPatient,
    Consent: ofPatient,
    ProxyGrant: ofPatient,
    CareTeamMember: ofPatient,
    BreakGlassGrant: ofPatient,
    AuditEvent: ofPatient,
  },
  gatherAudit: saveOwnRecords,
  start: watchProxyExpiry,
});
