import type { RequestContext } from '#chassis/context.ts';
import { loader, pageLoader, type Loader, type PageLoader } from '#chassis/loaders.ts';
import type { IdPage } from '#chassis/paging.ts';
import { prescriptionAccess } from './access.ts';
import type { PrescriptionConfig } from './config.ts';
import { findCurrentIssues, findIssues, type DetectedIssueRow } from './detected-issue-store.ts';
import { findDispenses, findDispensesOf, type DispenseRow } from './dispense-store.ts';
import type { PrescriptionStatus, Prisma, PrismaClient } from './generated/prisma/client.ts';
import { findMedications, type MedicationRow } from './medication-store.ts';
import { findPharmacies, type PharmacyRow } from './pharmacy-store.ts';
import {
  findPrescriptions,
  findStatusChanges,
  pagePrescriptionsBelow,
  type ParentColumn,
  type PrescriptionRow,
  type StatusChangeRow,
} from './prescription-store.ts';
import { findSigningKeys, type SigningKeyRow } from './signing-key-store.ts';

export type Tx = Prisma.TransactionClient;

/** What a resolver of this subgraph gets. The loaders ask no questions about the caller: access.ts does. */
export interface PrescriptionContext extends RequestContext<PrismaClient> {
  readonly config: PrescriptionConfig;
  /** When this process began to listen, by the clock of the database. */
  readonly startedAt: Date;
  readonly prescriptions: Loader<PrescriptionRow>;
  readonly statusChanges: Loader<StatusChangeRow[]>;
  readonly medications: Loader<MedicationRow>;
  readonly pharmacies: Loader<PharmacyRow>;
  readonly issues: Loader<DetectedIssueRow>;
  readonly issuesOf: Loader<DetectedIssueRow[]>;
  readonly dispenses: Loader<DispenseRow>;
  readonly dispensesOf: Loader<DispenseRow[]>;
  readonly signingKeys: Loader<SigningKeyRow>;
  /** Pages of prescriptions below a parent: only those that the caller may see. */
  prescriptionsBelow(parent: ParentColumn, statuses: readonly PrescriptionStatus[]): PageLoader<IdPage>;
}

export function createPrescriptionContext(
  base: RequestContext<PrismaClient>,
  own: Pick<PrescriptionContext, 'config' | 'startedAt'>,
): PrescriptionContext {
  const db = base.database.client;
  const pages = new Map<string, PageLoader<IdPage>>();
  return {
    ...base,
    ...own,
    prescriptions: loader((ids) => findPrescriptions(db, ids)),
    statusChanges: loader((ids) => findStatusChanges(db, ids)),
    medications: loader((ids) => findMedications(db, ids)),
    pharmacies: loader((ids) => findPharmacies(db, ids)),
    issues: loader((ids) => findIssues(db, ids)),
    issuesOf: loader((ids) => findCurrentIssues(db, ids)),
    dispenses: loader((ids) => findDispenses(db, ids)),
    dispensesOf: loader((ids) => findDispensesOf(db, ids)),
    signingKeys: loader((ids) => findSigningKeys(db, ids)),
    prescriptionsBelow(parent, asked) {
      const statuses = [...new Set(asked)].sort();
      const key = [parent, ...statuses].join(' ');
      const known = pages.get(key);
      if (known) return known;
      // Below a pharmacy is what it has to fill, and nobody else's list.
      const action = parent === 'pharmacy_id' ? 'recordDispense' : 'read';
      const made = pageLoader((ids, page) =>
        pagePrescriptionsBelow(db, parent, { visible: prescriptionAccess.inSight(base, 't', action), statuses }, ids, page),
      );
      pages.set(key, made);
      return made;
    },
  };
}
