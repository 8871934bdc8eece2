import { join, sqltag as sql } from '@prisma/client/runtime/client';
import { pageIds, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import type { Practitioner, PractitionerLicence, Specialty } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';

export async function practitionersByIds(db: Tx, ids: readonly string[]): Promise<Map<string, Practitioner>> {
  const rows = await db.practitioner.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

export const practitionerById = (db: Tx, id: string): Promise<Practitioner | null> => db.practitioner.findUnique({ where: { id } });

export async function licencesByPractitioner(db: Tx, ids: readonly string[]): Promise<Map<string, PractitionerLicence[]>> {
  const rows = await db.practitionerLicence.findMany({ where: { practitionerId: { in: [...ids] } }, orderBy: { state: 'asc' } });
  return groupBy(rows, ({ practitionerId }) => practitionerId, ids);
}

export interface PractitionerConditions {
  specialty: Specialty | null;
  /** Beginning of a given or family name. */
  name: string | null;
  serviceCode: string | null;
}

/** Practitioners who take appointments, by name. */
export function practitionerPage(db: Tx, { specialty, name, serviceCode }: PractitionerConditions, page: Page): Promise<IdPage> {
  const conditions = [sql`t.active`];
  if (specialty) conditions.push(sql`t.specialty = ${specialty}::specialty`);
  if (name) {
    const beginning = `${name.replace(/[\\%_]/g, '\\$&')}%`;
    conditions.push(sql`(t.family_name ilike ${beginning} or t.given_name ilike ${beginning})`);
  }
  if (serviceCode) {
    conditions.push(
      sql`exists (select from offered_service o join healthcare_service s on s.id = o.healthcare_service_id where o.practitioner_id = t.id and s.code = ${serviceCode})`,
    );
  }
  return pageIds(
    db,
    {
      table: 'practitioner',
      order: [
        { column: 'family_name', type: 'text' },
        { column: 'given_name', type: 'text' },
        { column: 'id', type: 'text' },
      ],
      direction: 'asc',
      where: join(conditions, ' and '),
    },
    page,
  );
}

export interface NewPractitioner {
  practitioner: Practitioner;
  licences: Omit<PractitionerLicence, 'practitionerId'>[];
  healthcareServiceIds: readonly string[];
  scheduleId: string;
  timeZone: string;
}

export async function insertPractitioner(
  tx: Tx,
  { practitioner, licences, healthcareServiceIds, scheduleId, timeZone }: NewPractitioner,
): Promise<void> {
  await tx.practitioner.create({ data: practitioner });
  await tx.practitionerLicence.createMany({ data: licences.map((licence) => ({ ...licence, practitionerId: practitioner.id })) });
  await tx.schedule.create({ data: { id: scheduleId, practitionerId: practitioner.id, timeZone } });
  await insertOffers(tx, practitioner.id, healthcareServiceIds);
}

export async function replaceOffers(tx: Tx, practitionerId: string, healthcareServiceIds: readonly string[]): Promise<void> {
  await tx.offeredService.deleteMany({ where: { practitionerId } });
  await insertOffers(tx, practitionerId, healthcareServiceIds);
}

async function insertOffers(tx: Tx, practitionerId: string, healthcareServiceIds: readonly string[]): Promise<void> {
  await tx.offeredService.createMany({
    data: healthcareServiceIds.map((healthcareServiceId) => ({ practitionerId, healthcareServiceId })),
  });
}

export async function saveActive(tx: Tx, id: string, active: boolean): Promise<void> {
  await tx.practitioner.update({ where: { id }, data: { active } });
}
