import type { SeededConsent } from '#chassis/access/known-consents.ts';
import { bulkLoad } from '#chassis/bulk-load.ts';
import { withProtection } from '#chassis/protection/with-protection.ts';
import type { ClinicalNote, NoteAddendum, Visit, VisitPresence, VisitStatusPeriod } from './generated/prisma/client.ts';
import { protectedTables } from './protected-columns.ts';

/** Rows of this subgraph: what a bulk load brings. */
export interface VisitPart {
  visits: Visit[];
  statusPeriods: VisitStatusPeriod[];
  presences: VisitPresence[];
  notes: ClinicalNote[];
  addenda: NoteAddendum[];
  treatingRelations: { sourceId: string; patientId: string; practitionerId: string; effectiveAt: Date }[];
  proxyRelations: { grantId: string; patientId: string; proxyPatientId: string; endsOn: Date | null }[];
  activeConsents: SeededConsent[];
}

/** Loads parts into an empty database of this subgraph, in one transaction. `env` has the key-encryption keys. @returns how many rows */
export const seedVisit = (databaseUrl: string, parts: AsyncIterable<VisitPart>, env: NodeJS.ProcessEnv): Promise<number> =>
  withProtection({ subgraph: 'visit', databaseUrl, tables: protectedTables, env }, (_protection, seal) =>
    bulkLoad(databaseUrl, parts, async (part, insert) => {
      await insert('visit', part.visits);
      await insert('visit_status_history', part.statusPeriods);
      await insert('visit_presence', part.presences);
      await insert('clinical_note', await seal('clinical_note', part.notes));
      await insert('note_addendum', await seal('note_addendum', part.addenda));
      await insert('treating_relation', part.treatingRelations);
      await insert('proxy_relation', part.proxyRelations);
      await insert('active_consent', part.activeConsents);
    }),
  );
