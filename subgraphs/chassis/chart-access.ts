import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { ConsentProvision } from './access/consent-decision.ts';
import { consentsAreFresh } from './access/consent-sql.ts';
import { breakGlass, isRelatedSql, proxy, relationsOf, self, treating, type PatientRelation } from './access/patient-relations.ts';
import type { Caller } from './caller.ts';
import type { SqlExecutor } from './database.ts';
import { groupBy } from './group-by.ts';
import { loader } from './loaders.ts';

/** What one request knows of the caller and patients. Asks the database at most once for each patient, for many together. */
export interface ChartAccess {
  /** Whose chart the caller may open: self, proxy, treating, break-glass. Every other role: none. */
  mayOpen(patientId: string): Promise<boolean>;
  /** The same rule as a condition on a column that holds a patient id, for filters of lists. A trusted constant. */
  mayOpenSql(column: string): Sql;
  /** Without a promise where the claims decide. */
  isRelated(relation: PatientRelation, patientId: string): boolean | Promise<boolean>;
  /** The active consents of a patient, and the database's time. None while they may be out of date. */
  consents(patientId: string): Promise<{ provisions: readonly ConsentProvision[]; now: Date }>;
}

const chartRelations = [self, proxy, treating, breakGlass];

export function createChartAccess(caller: Caller, db: SqlExecutor): ChartAccess {
  const related = loader<ReadonlySet<string>>((patientIds) => relationsTo(db, caller, patientIds));
  const consents = loader((patientIds) => freshConsents(db, patientIds));

  function isRelated(relation: PatientRelation, patientId: string): boolean | Promise<boolean> {
    if (relation === self) return caller.role === 'PATIENT' && caller.patientId !== undefined && caller.patientId === patientId;
    if (relation.role !== caller.role || relation.patients(caller) === null) return false;
    return related.load(patientId).then((names) => names?.has(relation.name) === true);
  }

  return {
    isRelated,
    async mayOpen(patientId) {
      for (const relation of chartRelations) if (await isRelated(relation, patientId)) return true;
      return false;
    },
    mayOpenSql: (column) => isRelatedSql(caller, chartRelations, raw(column)),
    consents: async (patientId) => (await consents.load(patientId)) ?? { provisions: [], now: new Date(0) },
  };
}

/** The names of the relations that the caller has to each of these patients. One statement. */
async function relationsTo(db: SqlExecutor, caller: Caller, patientIds: readonly string[]): Promise<Map<string, ReadonlySet<string>>> {
  const asked = [...patientIds];
  const parts = (relationsOf[caller.role] ?? []).flatMap((relation) => {
    const patients = relation === self ? null : relation.patients(caller);
    return patients
      ? [
          sql`select ${relation.name}::text as name, r.patient_id from (${patients}) as r (patient_id) where r.patient_id = any (${asked}::text[])`,
        ]
      : [];
  });
  const rows = await db.$queryRaw<{ name: string; patient_id: string }[]>(join(parts, ' union '));
  return new Map([...groupBy(rows, ({ patient_id }) => patient_id)].map(([id, found]) => [id, new Set(found.map(({ name }) => name))]));
}

type ConsentRow = ConsentProvision & { now: Date };

async function freshConsents(
  db: SqlExecutor,
  patientIds: readonly string[],
): Promise<Map<string, { provisions: ConsentRow[]; now: Date }>> {
  const rows = await db.$queryRaw<ConsentRow[]>(sql`
    select consent_id as "consentId", patient_id as "patientId", provision, purposes, sensitivities, practitioner_id as "practitionerId",
      period_start as "periodStart", period_end as "periodEnd", now() as now
    from active_consent where patient_id = any (${[...patientIds]}::text[]) and ${consentsAreFresh}`);
  return new Map(
    [...groupBy(rows, ({ patientId }) => patientId)].map(([id, provisions]) => [
      id,
      { provisions, now: provisions[0]?.now ?? new Date(0) },
    ]),
  );
}

/** What a request finds when nothing is asked of the database about rights. For `unguardedForMeasurement` alone. */
export const everyChartForMeasurement: ChartAccess = {
  mayOpen: () => Promise.resolve(true),
  mayOpenSql: () => sql`true`,
  isRelated: () => true,
  consents: () => Promise.resolve({ provisions: [], now: new Date() }),
};
