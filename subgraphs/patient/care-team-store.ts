import type { Tx } from './context.ts';
import type { Prisma } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';

export type CareTeamMemberRecord = Prisma.CareTeamMemberModel;

export async function careTeamMembersByIds(db: Tx, ids: readonly string[]): Promise<Map<string, CareTeamMemberRecord>> {
  const rows = await db.careTeamMember.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those who belong to the care team now, in the order in which they were added. care-team-service.ts limits how many. */
export async function careTeamsByPatient(db: Tx, patientIds: readonly string[]): Promise<Map<string, CareTeamMemberRecord[]>> {
  const rows = await db.careTeamMember.findMany({
    where: { patientId: { in: [...patientIds] }, removedAt: null },
    orderBy: [{ addedAt: 'asc' }, { id: 'asc' }],
  });
  return groupBy(rows, ({ patientId }) => patientId, patientIds);
}

export async function insertCareTeamMember(tx: Tx, member: CareTeamMemberRecord): Promise<void> {
  await tx.careTeamMember.create({ data: member });
}

export async function markCareTeamMemberRemoved(tx: Tx, id: string, removedAt: Date): Promise<void> {
  await tx.careTeamMember.update({ where: { id }, data: { removedAt } });
}
