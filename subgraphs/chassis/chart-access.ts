import { raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { Caller } from './caller.ts';
import type { SqlExecutor } from './database.ts';
import { loader } from './loaders.ts';

/**
 * Whose chart the caller may open, by relation: a patient the own one and those of whom they are proxy; a practitioner
 * those of patients with an appointment in the last 12 months or ahead. Every other role: none by relation; what such a
 * role may see is said in the access.ts of the subgraph that owns it.
 */
export interface ChartAccess {
  mayOpen(patientId: string): Promise<boolean>;
  /** The same rule as a condition on a column that holds a patient id, for filters of lists. A trusted constant. */
  mayOpenSql(column: string): Sql;
}

export function createChartAccess(caller: Caller, db: SqlExecutor): ChartAccess {
  const mayOpenSql = (column: string): Sql => {
    const patient = raw(column);
    if (caller.role === 'PATIENT' && caller.patientId) {
      return sql`${patient} in (
        select ${caller.patientId}
        union all
        select pr.patient_id from proxy_relation as pr where pr.proxy_patient_id = ${caller.patientId} and (pr.ends_on is null or pr.ends_on > (now() at time zone 'UTC')::date))`;
    }
    if (caller.role === 'PRACTITIONER' && caller.practitionerId) {
      return sql`exists (select from treating_relation as tr where tr.patient_id = ${patient} and tr.practitioner_id = ${caller.practitionerId} and tr.effective_at > now() - interval '12 months')`;
    }
    return sql`false`;
  };

  const open = loader<true>(async (patientIds) => {
    const rows = await db.$queryRaw<{ id: string }[]>(
      sql`select asked.id from unnest(${[...patientIds]}::text[]) as asked (id) where ${mayOpenSql('asked.id')}`,
    );
    return new Map(rows.map(({ id }) => [id, true]));
  });

  return {
    async mayOpen(patientId) {
      if (caller.role === 'PATIENT') {
        if (!caller.patientId) return false;
        if (caller.patientId === patientId) return true;
      } else if (caller.role !== 'PRACTITIONER' || !caller.practitionerId) return false;
      return (await open.load(patientId)) === true;
    },
    mayOpenSql,
  };
}
