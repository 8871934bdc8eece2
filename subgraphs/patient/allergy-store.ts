import type { SqlExecutor } from '#chassis/database.ts';
import { pageIdsByParent, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import { Prisma } from './generated/prisma/client.ts';
import { reactions, type Reaction } from './patient-values.ts';

export type AllergyRecord = Omit<Prisma.AllergyIntoleranceModel, 'reactions'> & { reactions: Reaction[] };

const toRecord = (row: Prisma.AllergyIntoleranceModel): AllergyRecord => ({
  ...row,
  reactions: reactions.parse(JSON.parse(row.reactions)),
});

const toRow = ({ reactions: list, ...allergy }: AllergyRecord) => ({ ...allergy, reactions: JSON.stringify(list) });

export async function allergiesByIds(db: Tx, ids: readonly string[]): Promise<Map<string, AllergyRecord>> {
  const rows = await db.allergyIntolerance.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, toRecord(row)]));
}

export const allergyById = async (db: Tx, id: string): Promise<AllergyRecord | null> => (await allergiesByIds(db, [id])).get(id) ?? null;

/** Ids per patient, the newest first. */
export function allergyPagesByPatient(
  db: SqlExecutor,
  patientIds: readonly string[],
  page: Page,
  { withErrors }: { withErrors: boolean },
): Promise<Map<string, IdPage>> {
  return pageIdsByParent(
    db,
    {
      table: 'allergy_intolerance',
      parent: 'patient_id',
      order: [
        { column: 'recorded_at', type: 'timestamptz' },
        { column: 'id', type: 'text' },
      ],
      direction: 'desc',
      ...(!withErrors && { where: Prisma.sql`t.verification_status <> 'ENTERED_IN_ERROR'` }),
    },
    patientIds,
    page,
  );
}

/** The allergy that stands for this substance already, if there is one. */
export async function allergyToSubstance(tx: Tx, patientId: string, substanceCode: string): Promise<string | null> {
  const row = await tx.allergyIntolerance.findFirst({
    where: { patientId, substanceCode, verificationStatus: { not: 'ENTERED_IN_ERROR' } },
    select: { id: true },
  });
  return row?.id ?? null;
}

export async function insertAllergy(tx: Tx, allergy: AllergyRecord): Promise<void> {
  await tx.allergyIntolerance.create({ data: toRow(allergy) });
}

export async function changeAllergy(tx: Tx, allergy: AllergyRecord): Promise<void> {
  const { id, patientId, ...changed } = toRow(allergy);
  await tx.allergyIntolerance.update({ where: { id, patientId }, data: changed });
}
