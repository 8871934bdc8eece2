import type { SubgraphName } from '#schema/events.ts';
import type { SealedRecord } from '#chassis/audit/record.ts';
import type { SqlExecutor } from '#chassis/database.ts';
import { pageIds, pageIdsByParent, type IdPage, type Page } from '#chassis/paging.ts';
import type { Tx } from './context.ts';
import { Prisma } from './generated/prisma/client.ts';

export type AuditEventRow = Prisma.GatheredAuditEventModel;

const idOf = (source: SubgraphName, sequence: number): string => `aud_${source}_${String(sequence).padStart(15, '0')}`;

/**
 * Keeps records of a service, which come in the order of its chain.
 * @returns false when the chain is another one than before: the service was restored from an old backup, or its records were sealed anew
 * @throws Error when some before them are missing: they must come again
 */
export async function saveAuditRecords(tx: SqlExecutor, source: SubgraphName, records: readonly SealedRecord[]): Promise<boolean> {
  const first = records[0]?.sequence ?? 1;
  const [last] = await tx.$queryRaw<{ sequence: number | null }[]>(
    Prisma.sql`select max(sequence)::float8 as sequence from gathered_audit_event where source = ${source}`,
  );
  if (first > (last?.sequence ?? 0) + 1) throw new Error(`audit records of ${source} are missing before ${first}`);
  const column = (value: (record: SealedRecord) => string | null): Prisma.Sql => Prisma.sql`${records.map(value)}::text[]`;
  await tx.$executeRaw(Prisma.sql`
    insert into gathered_audit_event (id, source, sequence, hash, audit_id, recorded_at, action, outcome, subject, role, actor, client_id, purpose,
      patient_id, entities, entity_count, address, request_id, operation_hash, break_glass_grant_id)
    select id, ${source}, sequence::bigint, hash, audit_id::bigint, recorded_at::timestamptz, action, outcome, subject, role, actor, client_id, purpose,
      patient_id, string_to_array(entities, ' '), entity_count::int, address, request_id, operation_hash, break_glass_grant_id
    from unnest(${column(({ sequence }) => idOf(source, sequence))}, ${column(({ sequence }) => String(sequence))}, ${column(({ hash }) => hash)},
      ${column(({ id }) => id)}, ${column(({ recordedAt }) => recordedAt)}, ${column(({ action }) => action)}, ${column(({ outcome }) => outcome)},
      ${column(({ subject }) => subject)}, ${column(({ role }) => role)}, ${column(({ actor }) => actor)}, ${column(({ clientId }) => clientId)},
      ${column(({ purpose }) => purpose)}, ${column(({ patientId }) => patientId)}, ${column(({ entities }) => entities.join(' '))},
      ${column(({ entityCount }) => String(entityCount))}, ${column(({ address }) => address)}, ${column(({ requestId }) => requestId)},
      ${column(({ operationHash }) => operationHash)}, ${column(({ breakGlassGrantId }) => breakGlassGrantId)})
      as r (id, sequence, hash, audit_id, recorded_at, action, outcome, subject, role, actor, client_id, purpose, patient_id, entities, entity_count,
        address, request_id, operation_hash, break_glass_grant_id)
    on conflict do nothing`);
  const [kept] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
    select count(*)::int as count from gathered_audit_event
    where source = ${source} and hash = any(${records.map(({ hash }) => hash)}::text[]) and sequence between ${first}::text::bigint and ${first + records.length - 1}::text::bigint`);
  return kept?.count === records.length;
}

/** What a patient is told of: what people and partners did, not services, not who is at the database, not who investigates. */
const byPeople = Prisma.sql`t.outcome = 'SUCCESS' and t.role not in ('SYSTEM', 'DATABASE', 'PRIVACY_OFFICER')`;

/** What is accounted for (45 CFR 164.528): read by a partner, or for another purpose than treatment, payment, operations and the patient's own. */
const disclosed = Prisma.sql`${byPeople} and t.action = 'R'
  and (t.role in ('PHARMACY', 'PAYER') or t.purpose not in ('TREAT', 'ETREAT', 'HPAYMT', 'HOPERAT', 'PATRQT', 'HSYSADMIN'))`;

const newestFirst = {
  table: 'gathered_audit_event',
  order: [
    { column: 'recorded_at', type: 'timestamptz' },
    { column: 'id', type: 'text' },
  ],
  direction: 'desc',
} as const;

export const accessPagesByPatient = (
  db: SqlExecutor,
  patientIds: readonly string[],
  page: Page,
  { disclosuresOnly }: { disclosuresOnly: boolean },
): Promise<Map<string, IdPage>> =>
  pageIdsByParent(db, { ...newestFirst, parent: 'patient_id', where: disclosuresOnly ? disclosed : byPeople }, patientIds, page);

export interface AuditSearch {
  readonly patientId: string | null;
  readonly subject: string | null;
  readonly requestId: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
  /** The code of FHIR: `R`. */
  readonly action: string | null;
  readonly outcome: string | null;
  readonly disclosuresOnly: boolean;
}

export function findAuditEvents(db: SqlExecutor, search: AuditSearch, page: Page): Promise<IdPage> {
  const { patientId, subject, requestId, from, to, action, outcome, disclosuresOnly } = search;
  const conditions = [
    patientId === null ? null : Prisma.sql`t.patient_id = ${patientId}`,
    subject === null ? null : Prisma.sql`t.subject = ${subject}`,
    requestId === null ? null : Prisma.sql`t.request_id = ${requestId}`,
    from === null ? null : Prisma.sql`t.recorded_at >= ${from}`,
    to === null ? null : Prisma.sql`t.recorded_at < ${to}`,
    action === null ? null : Prisma.sql`t.action = ${action}`,
    outcome === null ? null : Prisma.sql`t.outcome = ${outcome}`,
    disclosuresOnly ? disclosed : null,
  ].filter((condition) => condition !== null);
  return pageIds(db, { ...newestFirst, ...(conditions.length > 0 && { where: Prisma.join(conditions, ' and ') }) }, page);
}

export async function auditEventsByIds(db: Tx, ids: readonly string[]): Promise<Map<string, AuditEventRow>> {
  const rows = await db.gatheredAuditEvent.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}
