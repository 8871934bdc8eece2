import type { Tx } from './context.ts';
import { Prisma } from './generated/prisma/client.ts';

export type ProxyGrantRecord = Prisma.ProxyGrantModel;

export async function grantsByIds(db: Tx, ids: readonly string[]): Promise<Map<string, ProxyGrantRecord>> {
  const rows = await db.proxyGrant.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** A grant that nobody else changes until the end of the transaction. */
export async function lockedGrant(tx: Tx, id: string): Promise<ProxyGrantRecord | null> {
  await tx.$executeRaw(Prisma.sql`select from proxy_grant where id = ${id} for update`);
  return tx.proxyGrant.findUnique({ where: { id } });
}

/** The active grants of and for a person, which nobody else changes until the end of the transaction. */
export async function lockedGrantsOf(tx: Tx, personId: string): Promise<ProxyGrantRecord[]> {
  const held = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    select id from proxy_grant where status = 'ACTIVE' and (patient_id = ${personId} or proxy_patient_id = ${personId})
    order by patient_id, id for update`);
  if (held.length === 0) return [];
  return tx.proxyGrant.findMany({ where: { id: { in: held.map(({ id }) => id) } }, orderBy: [{ patientId: 'asc' }, { id: 'asc' }] });
}

// Lists of active grants need no pages: proxy-rules.ts limits how many there are.

export const activeGrantsByPatient = (db: Tx, patientIds: readonly string[]): Promise<Map<string, ProxyGrantRecord[]>> =>
  activeGrants(db, patientIds, 'patientId');

export const activeGrantsByProxy = (db: Tx, proxyPatientIds: readonly string[]): Promise<Map<string, ProxyGrantRecord[]>> =>
  activeGrants(db, proxyPatientIds, 'proxyPatientId');

async function activeGrants(db: Tx, ids: readonly string[], by: 'patientId' | 'proxyPatientId'): Promise<Map<string, ProxyGrantRecord[]>> {
  const rows = await db.proxyGrant.findMany({
    where: { [by]: { in: [...ids] }, status: 'ACTIVE' },
    orderBy: [{ grantedAt: 'asc' }, { id: 'asc' }],
  });
  const grants = new Map<string, ProxyGrantRecord[]>();
  for (const row of rows) grants.set(row[by], [...(grants.get(row[by]) ?? []), row]);
  return grants;
}

export async function insertGrant(tx: Tx, grant: ProxyGrantRecord): Promise<void> {
  await tx.proxyGrant.create({ data: grant });
}

export async function setGrantEnd(tx: Tx, id: string, endsOn: Date | null): Promise<void> {
  await tx.proxyGrant.update({ where: { id }, data: { endsOn } });
}

export async function markGrantEnded(tx: Tx, id: string, status: 'REVOKED' | 'EXPIRED', endedAt: Date): Promise<void> {
  await tx.proxyGrant.update({ where: { id }, data: { status, endedAt } });
}

/** Active grants whose time is over on this day, at most `limit`, the oldest first. */
export async function grantsRunOut(db: Tx, today: Date, limit: number): Promise<ProxyGrantRecord[]> {
  return db.proxyGrant.findMany({
    where: { status: 'ACTIVE', endsOn: { lte: today } },
    orderBy: [{ endsOn: 'asc' }, { id: 'asc' }],
    take: limit,
  });
}
