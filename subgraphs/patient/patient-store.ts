import type { SqlExecutor } from '#chassis/database.ts';
import { groupBy } from '#chassis/group-by.ts';
import { pageIds, type IdPage, type Page } from '#chassis/paging.ts';
import type { RowProtection } from '#chassis/protection/row-protection.ts';
import type { Tx } from './context.ts';
import { Prisma } from './generated/prisma/client.ts';
import { endOfPrefix, nameKey, nameWords } from './name-search.ts';
import { addresses, contactPoints, type Address, type ContactPoint } from './patient-values.ts';
import { identifierTable } from './protected-columns.ts';

type PatientRow = Prisma.PatientModel;

export type PatientRecord = Omit<PatientRow, 'telecom' | 'address'> & {
  telecom: ContactPoint[];
  address: Address[];
  identifiers: IdentifierValue[];
};

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

const toRecord = (row: PatientRow, identifiers: IdentifierValue[]): PatientRecord => ({
  ...row,
  identifiers,
  telecom: contactPoints.parse(row.telecom),
  address: addresses.parse(row.address),
});

export async function patientsByIds(db: Tx, ids: readonly string[]): Promise<Map<string, PatientRecord>> {
  const rows = await db.patient.findMany({ where: { id: { in: [...ids] } } });
  const identifiers = await db.patientIdentifier.findMany({ where: { patientId: { in: [...ids] } }, orderBy: { position: 'asc' } });
  const ofPatient = groupBy(identifiers, ({ patientId }) => patientId);
  return new Map(rows.map((row) => [row.id, toRecord(row, ofPatient.get(row.id) ?? [])]));
}

export const patientById = async (db: Tx, id: string): Promise<PatientRecord | null> => (await patientsByIds(db, [id])).get(id) ?? null;

export interface PatientSearch {
  /** Words of which each begins a word of the name, in search form. */
  words: readonly string[];
  birthDate: Date | null;
  /** By its blind index; null: in any system. */
  identifier: { system: string | null; valueIndex: string } | null;
}

/** What the value of an identifier is stored under, to be found by. */
export const identifierIndex = (protection: RowProtection, value: string): Promise<string> =>
  protection.blindIndex(identifierTable, 'value', value);

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
    const { system, valueIndex } = search.identifier;
    const inSystem = system === null ? Prisma.empty : Prisma.sql`and i.system = ${system}`;
    conditions.push(Prisma.sql`t.id in (select i.patient_id from patient_identifier as i where i.value_index = ${valueIndex} ${inSystem})`);
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
  protection: RowProtection,
  identifiers: readonly IdentifierValue[],
  exceptPatientId: string,
): Promise<IdentifierValue[]> {
  if (identifiers.length === 0) return [];
  const indexed = await Promise.all(
    identifiers.map(async (identifier) => ({ identifier, valueIndex: await identifierIndex(protection, identifier.value) })),
  );
  const taken = await tx.patientIdentifier.findMany({
    where: { OR: indexed.map(({ identifier: { system }, valueIndex }) => ({ system, valueIndex })), patientId: { not: exceptPatientId } },
    select: { system: true, valueIndex: true },
  });
  const isTaken = new Set(taken.map(({ system, valueIndex }) => `${system}|${valueIndex}`));
  return indexed
    .filter(({ identifier: { system }, valueIndex }) => isTaken.has(`${system}|${valueIndex}`))
    .map(({ identifier }) => identifier);
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
