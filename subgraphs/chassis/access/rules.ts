import type { Sql } from '@prisma/client/runtime/client';
import type { AuditTrail } from '../audit-trail.ts';
import type { Role } from '../caller.ts';
import { createChartAccess } from '../chart-access.ts';
import type { SqlExecutor } from '../database.ts';
import { any, anySql, type Asker, type Condition } from './conditions.ts';

/** One sentence of who may do what. */
export interface AccessRule<Row, Action extends string> {
  /** Unique in its table: `treating`. */
  readonly id: string;
  readonly who: readonly Role[];
  /** `read` is to see the thing at all; other actions are named by the table. */
  readonly may: Action | readonly Action[];
  readonly when: Condition<Row>;
  /** The rule in words, for people: "A practitioner reads the visits of patients they treat." */
  readonly says: string;
  /** The requirement it stands for: `DOMAIN 7, practitioner`. */
  readonly serves: string;
}

/** Who may see and do what with things of one type. What no rule allows is denied. */
export interface AccessTable<Row, Action extends string = string> {
  /** GraphQL type, or a part of one: `Visit`, `Patient.chart`. */
  readonly type: string;
  readonly rules: readonly AccessRule<Row, Action>[];
  may(asker: Asker, action: Action, row: Row): Promise<boolean>;
  sees(asker: Asker, row: Row): Promise<boolean>;
  /** What `may` says, as a condition on rows of the table with this alias; `false` when no rule is for the caller. */
  inSight(asker: Asker, alias: string, action?: Action): Sql;
  /** The row if the caller sees it, null otherwise: not there and not yours are one answer. That somebody was refused is recorded. */
  visible<Seen extends Row>(asker: Asker & { readonly audit: AuditTrail }, row: Seen | null): Promise<Seen | null>;
}

/**
 * Builds the table of one type. Every access.ts exports its tables as `accessTables`, for the documentation and for tests.
 * @param type GraphQL type
 * @param keys how a row is named in the audit
 * @throws TypeError when two rules have one id
 */
export function accessRules<Row, Action extends string = 'read'>(
  type: string,
  keys: { readonly id: (row: Row) => string; readonly patientId: (row: Row) => string | null },
  rules: readonly AccessRule<Row, Action | 'read'>[],
): AccessTable<Row, Action | 'read'> {
  if (new Set(rules.map(({ id }) => id)).size < rules.length) throw new TypeError(`two access rules of ${type} have one id`);
  const conditions = (asker: Asker, action: Action | 'read'): Condition<Row>[] =>
    rules.flatMap((rule) =>
      rule !== leftOut && rule.who.includes(asker.caller.role) && [rule.may].flat().includes(action) ? [rule.when] : [],
    );
  const table: AccessTable<Row, Action | 'read'> = {
    type,
    get rules() {
      return leftOut ? rules.filter((rule) => rule !== leftOut) : rules;
    },
    may: async (asker, action, row) => any(...conditions(asker, action)).holds(asker, row),
    sees: (asker, row) => table.may(asker, 'read', row),
    inSight: (asker, alias, action = 'read') => anySql(conditions(asker, action), asker, alias),
    async visible(asker, row) {
      if (row === null || (await table.sees(asker, row))) return row;
      asker.audit.denied(type, keys.id(row), keys.patientId(row));
      return null;
    },
  };
  return table;
}

/** The same asker inside of a transaction: what is decided there must not wait for a second connection. */
export const askIn = (tx: SqlExecutor, { caller }: Pick<Asker, 'caller'>): Asker => ({ caller, charts: createChartAccess(caller, tx) });

let leftOut: object | undefined;

/**
 * For tests alone: does the work as if this rule were not there, in this process. A mutation check takes each rule of each
 * table out once, asks the cells of the access matrix again, and expects one of them to change:
 * `for (const table of accessTables) for (const rule of table.rules) await withoutRule(rule, () => …)`.
 * One at a time; nothing else calls it and no setting reaches it.
 */
export async function withoutRule<T>(rule: { readonly id: string; readonly says: string }, work: () => Promise<T>): Promise<T> {
  leftOut = rule;
  try {
    return await work();
  } finally {
    leftOut = undefined;
  }
}
