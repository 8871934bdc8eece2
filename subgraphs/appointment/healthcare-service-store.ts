import { pageIds, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import type { HealthcareService } from './generated/prisma/client.ts';

export async function healthcareServicesByIds(db: Tx, ids: readonly string[]): Promise<Map<string, HealthcareService>> {
  const rows = await db.healthcareService.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

export const healthcareServiceById = (db: Tx, id: string): Promise<HealthcareService | null> =>
  db.healthcareService.findUnique({ where: { id } });

export const healthcareServicePage = (db: Tx, page: Page): Promise<IdPage> =>
  pageIds(
    db,
    {
      table: 'healthcare_service',
      order: [
        { column: 'name', type: 'text' },
        { column: 'id', type: 'text' },
      ],
      direction: 'asc',
    },
    page,
  );

export async function insertHealthcareService(tx: Tx, service: HealthcareService): Promise<void> {
  await tx.healthcareService.create({ data: service });
}

/** Those of the ids that exist. */
export async function knownHealthcareServiceIds(db: Tx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db.healthcareService.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
  return new Set(rows.map(({ id }) => id));
}

/** What each of the practitioners offers, by name. */
export async function offeredServicesByPractitioner(db: Tx, practitionerIds: readonly string[]): Promise<Map<string, HealthcareService[]>> {
  const rows = await db.offeredService.findMany({
    where: { practitionerId: { in: [...practitionerIds] } },
    include: { healthcareService: true },
    orderBy: [{ healthcareService: { name: 'asc' } }, { healthcareServiceId: 'asc' }],
  });
  const offered = new Map<string, HealthcareService[]>(practitionerIds.map((id) => [id, []]));
  for (const row of rows) offered.get(row.practitionerId)?.push(row.healthcareService);
  return offered;
}
