import type { RequestContext } from '#chassis/context.ts';
import { loader, pageLoader, type Loader, type PageLoader } from '#chassis/loaders.ts';
import type { IdPage } from '#chassis/paging.ts';
import { visitAccess } from './access.ts';
import type { Prisma, PrismaClient } from './generated/prisma/client.ts';
import { findAddenda, findNotes, findNotesOfVisits, type AddendumRow, type NoteRow } from './note-store.ts';
import {
  findPresences,
  findStatusPeriods,
  findVisits,
  findVisitsOfAppointments,
  pageVisitsBelow,
  type PresenceRow,
  type StatusPeriodRow,
  type VisitRow,
} from './visit-store.ts';

export type Tx = Prisma.TransactionClient;

/** What a resolver of this subgraph gets. The loaders ask no questions about the caller: access.ts does. */
export interface VisitContext extends RequestContext<PrismaClient> {
  readonly visits: Loader<VisitRow>;
  readonly visitsOfAppointments: Loader<VisitRow>;
  readonly statusPeriods: Loader<StatusPeriodRow[]>;
  readonly presences: Loader<PresenceRow[]>;
  readonly notes: Loader<NoteRow>;
  readonly notesOfVisits: Loader<NoteRow>;
  readonly addenda: Loader<AddendumRow[]>;
  /** Only the visits that the caller may see. */
  readonly visitsOfPatients: PageLoader<IdPage>;
  /** Only the visits that the caller may see. */
  readonly visitsOfPractitioners: PageLoader<IdPage>;
}

export function createVisitContext(base: RequestContext<PrismaClient>): VisitContext {
  const db = base.database.client;
  const visible = () => visitAccess.inSight(base, 't');
  return {
    ...base,
    visits: loader((ids) => findVisits(db, ids)),
    visitsOfAppointments: loader((ids) => findVisitsOfAppointments(db, ids)),
    statusPeriods: loader((ids) => findStatusPeriods(db, ids)),
    presences: loader((ids) => findPresences(db, ids)),
    notes: loader((ids) => findNotes(db, ids)),
    notesOfVisits: loader((ids) => findNotesOfVisits(db, ids)),
    addenda: loader((ids) => findAddenda(db, ids)),
    visitsOfPatients: pageLoader((ids, page) => pageVisitsBelow(db, 'patient_id', visible(), ids, page)),
    visitsOfPractitioners: pageLoader((ids, page) => pageVisitsBelow(db, 'practitioner_id', visible(), ids, page)),
  };
}
