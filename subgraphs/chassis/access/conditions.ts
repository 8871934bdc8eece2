import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { Caller } from '../caller.ts';
import type { ChartAccess } from '../chart-access.ts';
import { consentQuestion, consentsOpen } from './consent-decision.ts';
import { consentsOpenSql } from './consent-sql.ts';
import { breakGlass, dispensing, isRelatedSql, proxy, self, treating, type PatientRelation } from './patient-relations.ts';

/** Who asks, and what is known of them. Every request context is one. */
export interface Asker {
  readonly caller: Caller;
  readonly charts: ChartAccess;
}

/** When a rule holds: one meaning in two forms. */
export interface Condition<Row> {
  /** On rows of the table with this alias: for lists, counts and search. */
  sql(asker: Asker, alias: string): Sql;
  /** For one row. A promise only where the database must be asked; then for all that are asked for at the same time together. */
  holds(asker: Asker, row: Row): boolean | Promise<boolean>;
  /** A relation to the patient in a column, and nothing else: so that the relations of several rules become one join. */
  readonly relation?: { readonly to: PatientRelation; readonly patient: Column<Row, string | null> };
}

/** A value of a row, in both forms. */
export interface Column<Row, Value> {
  sql(alias: string): Sql;
  of(row: Row): Value;
}

/**
 * @param name the column, or an expression on the alias, such as a subselect for what a parent row holds. Trusted, never input.
 * @param of the same value of a loaded row
 */
export const column = <Row, Value>(name: string | ((alias: Sql) => Sql), of: (row: Row) => Value): Column<Row, Value> => ({
  sql: (alias) => (typeof name === 'string' ? raw(`${alias}.${name}`) : name(raw(alias))),
  of,
});

/** Whatever the row: everybody of the roles that the rule names. */
export const always: Condition<unknown> = { sql: () => sql`true`, holds: () => true };

const isRelated = <Row>(to: PatientRelation, patient: Column<Row, string | null>): Condition<Row> => ({
  relation: { to, patient },
  sql: ({ caller }, alias) => isRelatedSql(caller, [to], patient.sql(alias)),
  holds({ charts }, row) {
    const patientId = patient.of(row);
    return patientId !== null && charts.isRelated(to, patientId);
  },
});

export const isSelf = <Row>(patient: Column<Row, string | null>): Condition<Row> => isRelated(self, patient);
export const isProxy = <Row>(patient: Column<Row, string | null>): Condition<Row> => isRelated(proxy, patient);
export const treats = <Row>(patient: Column<Row, string | null>): Condition<Row> => isRelated(treating, patient);
export const brokeGlass = <Row>(patient: Column<Row, string | null>): Condition<Row> => isRelated(breakGlass, patient);
export const dispensesTo = <Row>(patient: Column<Row, string | null>): Condition<Row> => isRelated(dispensing, patient);

const isCallers = <Row>(idOf: (caller: Caller) => string | undefined, value: Column<Row, string | null>): Condition<Row> => ({
  sql({ caller }, alias) {
    const id = idOf(caller);
    return id === undefined ? sql`false` : sql`${value.sql(alias)} = ${id}`;
  },
  holds({ caller }, row) {
    const id = idOf(caller);
    return id !== undefined && value.of(row) === id;
  },
});

/** The practitioner in the column is the caller: the author, the prescriber, whose visit it is. */
export const isOwnPractitioner = <Row>(practitioner: Column<Row, string | null>): Condition<Row> =>
  isCallers(({ role, practitionerId }) => (role === 'PRACTITIONER' ? practitionerId : undefined), practitioner);

/** The organization in the column is the caller's: the pharmacy, the payer. */
export const isOwnOrganization = <Row>(organization: Column<Row, string | null>): Condition<Row> =>
  isCallers(({ role, organizationId }) => (role === 'PHARMACY' || role === 'PAYER' ? organizationId : undefined), organization);

/** A state of the row, whoever asks: signed, issued, submitted. */
export const rowIs = <Row>(inSql: (alias: Sql) => Sql, holds: (row: Row) => boolean): Condition<Row> => ({
  sql: (_asker, alias) => inSql(raw(alias)),
  holds: (_asker, row) => holds(row),
});

/**
 * The consents of the patient open the record to this caller for the purpose of the request: each of its sensitivity labels needs
 * one that permits (see consent-decision.ts). A record without labels is open. Put it beside the relation of the rules for those
 * who need a consent; rules for the patient, proxies, the author and break-glass do without.
 * @param labels codes of SensitivityCategory; in SQL an array that can be cast to text[]
 */
export const consentsPermit = <Row>(patient: Column<Row, string>, labels: Column<Row, readonly string[]>): Condition<Row> => ({
  sql: ({ caller }, alias) => consentsOpenSql(consentQuestion(caller), patient.sql(alias), sql`${labels.sql(alias)}::text[]`),
  holds({ caller, charts }, row) {
    const of = labels.of(row);
    if (of.length === 0) return true;
    return charts.consents(patient.of(row)).then(({ provisions, now }) => consentsOpen(provisions, consentQuestion(caller), of, now));
  },
});

/** All of them; the later ones are not asked where an earlier one does not hold. */
export const all = <Row>(...conditions: readonly Condition<Row>[]): Condition<Row> => ({
  sql: (asker, alias) => joined(conditions, asker, alias, ' and '),
  holds: (asker, row) => firstThat(false, conditions, asker, row),
});

/** One of them; the later ones are not asked where an earlier one holds. */
export const any = <Row>(...conditions: readonly Condition<Row>[]): Condition<Row> => ({
  sql: (asker, alias) => anySql(conditions, asker, alias),
  holds: (asker, row) => firstThat(true, conditions, asker, row),
});

/** `false` without conditions. Relations to the same patient become one join. */
export function anySql<Row>(conditions: readonly Condition<Row>[], asker: Asker, alias: string): Sql {
  const relations = new Map<string, { patient: Column<Row, string | null>; to: PatientRelation[] }>();
  const rest: Condition<Row>[] = [];
  for (const condition of conditions) {
    if (!condition.relation) {
      rest.push(condition);
      continue;
    }
    const { patient, to } = condition.relation;
    const key = patient.sql(alias).sql;
    const same = relations.get(key);
    if (same) same.to.push(to);
    else relations.set(key, { patient, to: [to] });
  }
  const parts = [
    ...rest.map((condition) => condition.sql(asker, alias)),
    ...[...relations.values()].map(({ patient, to }) => isRelatedSql(asker.caller, to, patient.sql(alias))),
  ];
  return parts.length === 0 ? sql`false` : sql`(${join(parts, ' or ')})`;
}

function joined<Row>(conditions: readonly Condition<Row>[], asker: Asker, alias: string, by: ' and '): Sql {
  return conditions.length === 0
    ? sql`true`
    : sql`(${join(
        conditions.map((condition) => condition.sql(asker, alias)),
        by,
      )})`;
}

/** Whether one of them is `wanted`: asks in order, and waits only where one must be waited for. */
function firstThat<Row>(wanted: boolean, conditions: readonly Condition<Row>[], asker: Asker, row: Row): boolean | Promise<boolean> {
  for (const [index, condition] of conditions.entries()) {
    const held = condition.holds(asker, row);
    if (typeof held !== 'boolean') {
      return held.then((known) => (known === wanted ? wanted : firstThat(wanted, conditions.slice(index + 1), asker, row)));
    }
    if (held === wanted) return wanted;
  }
  return !wanted;
}
