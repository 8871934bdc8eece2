import type { SqlExecutor } from '#chassis/database.ts';
import { pageIdsByParent, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import type { Prisma } from './generated/prisma/client.ts';

export type ConsentRecord = Prisma.ConsentModel;

export async function consentsByIds(db: Tx, ids: readonly string[]): Promise<Map<string, ConsentRecord>> {
  const rows = await db.consent.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

export const consentById = (db: Tx, id: string): Promise<ConsentRecord | null> => db.consent.findUnique({ where: { id } });

/** Ids per patient, the newest first. */
export function consentPagesByPatient(db: SqlExecutor, patientIds: readonly string[], page: Page): Promise<Map<string, IdPage>> {
  return pageIdsByParent(
    db,
    {
      table: 'consent',
      parent: 'patient_id',
      order: [
        { column: 'recorded_at', type: 'timestamptz' },
        { column: 'id', type: 'text' },
      ],
      direction: 'desc',
    },
    patientIds,
    page,
  );
}

export async function insertConsent(tx: Tx, consent: ConsentRecord): Promise<void> {
  await tx.consent.create({ data: consent });
}

export async function setConsentStatus(tx: Tx, id: string, status: ConsentRecord['status'], now: Date): Promise<void> {
  await tx.consent.update({ where: { id }, data: { status, statusChangedAt: now } });
}
