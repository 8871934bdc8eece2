import type { SeededConsent } from '#chassis/access/known-consents.ts';
import { bulkLoad } from '#chassis/bulk-load.ts';
import type { ClinicalNote, NoteAddendum, Visit, VisitPresence, VisitStatusPeriod } from './generated/prisma/client.ts';

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

/** Loads parts into an empty database of this subgraph, in one transaction. @returns how many rows */
export const seedVisit = (databaseUrl: string, parts: AsyncIterable<VisitPart>): Promise<number> =>
  bulkLoad(databaseUrl, parts, async (part, insert) => {
    await insert('visit', part.visits);
    await insert('visit_status_history', part.statusPeriods);
    await insert('visit_presence', part.presences);
    await insert('clinical_note', part.notes);
    await insert('note_addendum', part.addenda);
    await insert('treating_relation', part.treatingRelations);
    await insert('proxy_relation', part.proxyRelations);
    await insert('active_consent', part.activeConsents);
  });
