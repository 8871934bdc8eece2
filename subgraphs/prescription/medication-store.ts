import { pageIds, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import { Prisma } from './generated/prisma/client.ts';

export type CompositionRow = Prisma.MedicationIngredientModel & { ingredient: Prisma.IngredientModel };
export type MedicationRow = Prisma.MedicationModel & { composition: CompositionRow[] };

/** A medication with its ingredients in their order. */
export const withComposition = {
  composition: { include: { ingredient: true }, orderBy: { position: 'asc' } },
} as const satisfies Prisma.MedicationInclude;

export async function findMedications(db: Tx, ids: readonly string[]): Promise<Map<string, MedicationRow>> {
  const rows = await db.medication.findMany({ where: { id: { in: [...ids] } }, include: withComposition });
  return new Map(rows.map((row) => [row.id, row]));
}

/** The medication that is prescribed, whether or not the catalogue still offers it. */
export async function medicationOf(db: Tx, prescription: { id: string; medicationId: string }): Promise<MedicationRow> {
  const medication = (await findMedications(db, [prescription.medicationId])).get(prescription.medicationId);
  if (!medication) throw new Error(`prescription ${prescription.id} names a medication that is not there`);
  return medication;
}

/** Start of a word as a pattern: what LIKE would read as a wildcard stands for itself. */
const startingWith = (text: string): string => `${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** Available medications by name. `search` is the start of a word of the name, an ingredient or a class, in lower case. */
export function pageMedications(db: Tx, search: string | null, page: Page): Promise<IdPage> {
  const where = search
    ? Prisma.sql`t.available and (
        lower(t.name) like ${startingWith(search)} or lower(t.name) like ${`% ${startingWith(search)}`} or lower(t.name) like ${`%/${startingWith(search)}`}
        or exists (
          select from medication_ingredient as mi join ingredient as i on i.slug = mi.ingredient_slug
          where mi.medication_id = t.id and (i.slug = ${search} or ${search} = any (i.classes))
        ))`
    : Prisma.sql`t.available`;
  const order = [
    { column: 'name', type: 'text' },
    { column: 'id', type: 'text' },
  ] as const;
  return pageIds(db, { table: 'medication', order, direction: 'asc', where }, page);
}
