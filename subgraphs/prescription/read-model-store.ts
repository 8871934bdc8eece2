import type { SqlExecutor } from '#chassis/database.ts';
import type { KnownAllergy } from './check/facts.ts';
import type { Tx } from './context.ts';
import type { Prisma } from './generated/prisma/client.ts';

// What this service knows of the data of others: kept by events.ts, asked by the check and the rules.

export type VisitWindowRow = Prisma.VisitWindowModel;

export const saveAllergy = (tx: Tx, { allergyId, ...rest }: Prisma.PatientAllergyUncheckedCreateInput) =>
  tx.patientAllergy.upsert({ where: { allergyId }, create: { allergyId, ...rest }, update: rest });

/** Those that count: active and not refuted. */
export const findAllergies = (tx: Tx, patientId: string): Promise<KnownAllergy[]> =>
  tx.patientAllergy.findMany({ where: { patientId, counts: true } });

export const saveVisit = (tx: Tx, { visitId, ...rest }: Prisma.VisitWindowUncheckedCreateInput) =>
  tx.visitWindow.upsert({ where: { visitId }, create: { visitId, ...rest }, update: rest });

/** The visit as far as this service has heard; it stays so until this transaction ends. Null when it has not heard of it. */
export async function shareVisit(tx: Tx, visitId: string): Promise<VisitWindowRow | null> {
  await tx.$queryRaw`select visit_id from visit_window where visit_id = ${visitId} for share`;
  return tx.visitWindow.findUnique({ where: { visitId } });
}

/** Now, by the clock that also says when a source was heard. */
export async function databaseTime(db: SqlExecutor): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>`select clock_timestamp() as now`;
  if (!row) throw new Error('the database does not say what time it is');
  return row.now;
}
