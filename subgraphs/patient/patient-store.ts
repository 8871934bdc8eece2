import type { SqlExecutor } from '#chassis/database.ts';
import { pageIds, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import { Prisma } from './generated/prisma/client.ts';
import { endOfPrefix, nameKey, nameWords } from './name-search.ts';
import { addresses, contactPoints, type Address, type ContactPoint } from './patient-values.ts';

type PatientRow = Prisma.PatientGetPayload<{ include: { identifiers: true } }>;

export type PatientRecord = Omit<PatientRow, 'telecom' | 'address'> & { telecom: ContactPoint[]; address: Address[] };

export type IdentifierValue = Pick<Prisma.PatientIdentifierModel, 'system' | 'value' | 'use'>;

/** What a registration or a change decides about a person. */
export interface Demographics {
  family: string;
  given: string[];
  gender: PatientRow['gender'];
  birthDate: Date;
  active: boolean;
  deceased: boolean;
  telecom: ContactPoint[];
  address: Address[];
  preferredLanguage: string;
  timeZone: string;
}

const withIdentifiers = { identifiers: { orderBy: { position: 'asc' } } } as const satisfies Prisma.PatientInclude;

const toRecord = (row: PatientRow): PatientRecord => ({
  ...row,
  telecom: contactPoints.parse(row.telecom),
  address: addresses.parse(row.address),
});

export async function patientsByIds(db: Tx, ids: readonly string[]): Promise<Map<string, PatientRecord>> {
  const rows = await db.patient.findMany({ where: { id: { in: [...ids] } }, include: withIdentifiers });
  return new Map(rows.map((row) => [row.id, toRecord(row)]));
}

export const patientById = async (db: Tx, id: string): Promise<PatientRecord | null> => (await patientsByIds(db, [id])).get(id) ?? null;

export interface PatientSearch {
  /** Words of which each begins a word of the name, in search form. */
  words: readonly string[];
  birthDate: Date | null;
  identifier: { system: string | null; value: string } | null;
}

/** Ids in order of family name, given names, id. `inSight` limits on the alias `t`. */
export function searchPatients(db: SqlExecutor, search: PatientSearch, inSight: Prisma.Sql, page: Page): Promise<IdPage> {
  const conditions = [inSight];
  for (const word of search.words) {
    conditions.push(
      Prisma.sql`t.id in (select w.patient_id from patient_name_word as w where w.word >= ${word} and w.word < ${endOfPrefix(word)})`,
    );
  }
  if (search.birthDate) conditions.push(Prisma.sql`t.birth_date = ${search.birthDate.toISOString().slice(0, 10)}::date`);
  if (search.identifier) {
    const { system, value } = search.identifier;
    const inSystem = system === null ? Prisma.empty : Prisma.sql`and i.system = ${system}`;
    conditions.push(Prisma.sql`t.id in (select i.patient_id from patient_identifier as i where i.value = ${value} ${inSystem})`);
  }
  return pageIds(
    db,
    {
      table: 'patient',
      order: [
        { column: 'family_key', type: 'text' },
        { column: 'given_key', type: 'text' },
        { column: 'id', type: 'text' },
      ],
      direction: 'asc',
      where: Prisma.join(conditions, ' and '),
    },
    page,
  );
}

/** A registered person with the same family name, first given name and birth date, if there is one. */
export async function likelyDuplicate(
  tx: Tx,
  person: { family: string; given: readonly string[]; birthDate: Date },
): Promise<string | null> {
  const same = await tx.patient.findMany({
    where: { birthDate: person.birthDate, familyKey: nameKey(person.family) },
    select: { id: true, given: true },
    orderBy: { id: 'asc' },
  });
  const firstName = nameKey(person.given[0] ?? '');
  return same.find(({ given }) => nameKey(given[0] ?? '') === firstName)?.id ?? null;
}

/** Which of these identifiers another patient has. */
export async function takenIdentifiers(
  tx: Tx,
  identifiers: readonly IdentifierValue[],
  exceptPatientId: string,
): Promise<{ system: string; value: string }[]> {
  if (identifiers.length === 0) return [];
  return tx.patientIdentifier.findMany({
    where: { OR: identifiers.map(({ system, value }) => ({ system, value })), patientId: { not: exceptPatientId } },
    select: { system: true, value: true },
  });
}

export async function insertPatient(
  tx: Tx,
  id: string,
  person: Demographics,
  identifiers: readonly IdentifierValue[],
  now: Date,
): Promise<void> {
  await tx.patient.create({ data: { id, ...person, ...nameKeys(person), registeredAt: now, updatedAt: now } });
  await tx.patientNameWord.createMany({ data: wordRows(id, person) });
  await tx.patientIdentifier.createMany({ data: identifierRows(id, identifiers) });
}

/** Replaces what changed; `identifiers` undefined leaves them. */
export async function changePatient(
  tx: Tx,
  id: string,
  person: Demographics,
  identifiers: readonly IdentifierValue[] | undefined,
  now: Date,
): Promise<void> {
  await tx.patient.update({ where: { id }, data: { ...person, ...nameKeys(person), version: { increment: 1 }, updatedAt: now } });
  await tx.patientNameWord.deleteMany({ where: { patientId: id } });
  await tx.patientNameWord.createMany({ data: wordRows(id, person) });
  if (identifiers === undefined) return;
  await tx.patientIdentifier.deleteMany({ where: { patientId: id } });
  await tx.patientIdentifier.createMany({ data: identifierRows(id, identifiers) });
}

const nameKeys = ({ family, given }: Demographics) => ({ familyKey: nameKey(family), givenKey: nameKey(given.join(' ')) });

const wordRows = (patientId: string, { family, given }: Demographics) => nameWords(family, ...given).map((word) => ({ word, patientId }));

const identifierRows = (patientId: string, identifiers: readonly IdentifierValue[]) =>
  identifiers.map(({ system, value, use }, position) => ({ system, value, use, patientId, position }));
