import { keyIn, type Asked, type Form } from './asked.ts';
import type { KnownData } from './known-data.ts';
import type { Person } from './people.ts';
import type { AccessTable, Row } from './table.ts';

/** How a cell was looked at: through the router in some form, or straight at the subgraph that owns it. */
export type Way = Form | 'nested' | 'subscription' | 'direct' | 'entity';

/** One way to look at one place, by one person. */
export interface Look {
  readonly person: Person;
  readonly way: Way;
  /** The same for all people who ask the same of the same thing. */
  readonly question: string;
}

interface Cell extends Look {
  /** `Type.field`, with the variant of the thing. */
  readonly field: string;
  /** What the value belongs to: a thing and the path below it. */
  readonly place: string;
  /** The value as text; null when nothing was shown. */
  readonly value: string | null;
  /** Who is in all of these rows may see it. */
  readonly may: readonly (Row | undefined)[];
  /** Who is in all of these rows, from the root to here, must see it. */
  readonly must: readonly (Row | undefined)[];
}

export interface Verdict {
  readonly cells: number;
  readonly leaks: readonly string[];
  readonly holes: readonly string[];
  /** One place, two values. */
  readonly contradictions: readonly string[];
  /** Shown by the router and not by the owning subgraph, or the other way round. */
  readonly disagreements: readonly string[];
  /** `Type.field` that anyone saw a value of. */
  readonly seen: ReadonlySet<string>;
}

type Data = Record<string, unknown>;
interface Holder {
  readonly id: string;
  readonly variant: string;
  readonly path: string;
  readonly inList: boolean;
  readonly rows: readonly (Row | undefined)[];
}

/** Things that come to be while they are looked at: one stands for all. */
const passing: ReadonlySet<string> = new Set(['AuditEvent', 'ChartAccess']);

const direct: ReadonlySet<Way> = new Set(['direct', 'entity']);

/** Takes in answers and says which cells of the matrix they show. */
export function openLedger(table: AccessTable, known: KnownData) {
  const variants = new Map([
    ...Object.values(known.things).flatMap((byVariant) => Object.entries(byVariant).map(([variant, id]) => [id, variant] as const)),
    ...known.alike,
  ]);
  const cells: Cell[] = [];
  /** Types of things that were shown, and their ids with them. */
  const shownTypes = new Set<string>();
  /** Asked, and nothing was there that could have shown it. */
  let below = 0;

  const leaves = (asked: readonly Asked[]): number =>
    asked.reduce((sum, { children }) => sum + (children.length === 0 ? 1 : leaves(children)), 0);

  function walk(look: Look, form: Form, holder: Holder, asked: Asked, data: Data): void {
    const value = data[keyIn(asked, form)];
    const row = table.rowOf(asked.parent, asked.field, holder.variant);
    const field = `${asked.parent}${holder.variant && `[${holder.variant}]`}.${asked.field}`;
    const place = `${holder.id}${holder.path}.${asked.field}`;
    const rows = [...holder.rows, row];
    const add = (shown: string | null, what = '', may: Cell['may'] = [row], must: Cell['must'] = rows) =>
      cells.push({ ...look, field, place: `${place}${what}`, value: shown, may, must });

    if (asked.kind === 'value') return void add(holder.inList && !isNothing(value) ? 'some' : textOf(value));
    if (asked.kind === 'part') {
      const parts = listOf(value);
      add(parts.length > 0 ? 'there' : null);
      if (parts.length === 0) below += leaves(asked.children);
      const inside = { ...holder, path: `${holder.path}.${asked.field}`, inList: holder.inList || asked.isList, rows };
      for (const part of parts) for (const child of asked.children) walk(look, form, inside, child, part);
      return;
    }
    const things =
      asked.kind === 'page' ? listOf((value as { edges?: unknown } | null)?.edges).flatMap(({ node }) => listOf(node)) : listOf(value);
    if (things.length === 0) {
      add(null);
      below += leaves(asked.children);
    }
    const target = asked.children[0]?.field ?? 'id';
    for (const thing of things) {
      shownTypes.add(asked.type);
      const isPassing = passing.has(asked.type);
      const id = isPassing ? 'any' : String(thing['id']);
      if (known.strangers.has(id)) continue;
      const variant = variants.get(id) ?? '';
      const targetRow = table.rowOf(asked.type, target, variant);
      const isListed = (asked.isList || asked.kind === 'page') && asked.children.length === 0;
      // Whoever does not see the thing at all does not get to what is behind it.
      const behind = [...rows, table.rowOf(asked.type, 'id', variant)];
      // What a caller's own record is differs from caller to caller: nobody must see another's.
      add('there', `:${id}:${target}`, isListed ? [row, targetRow] : [row], asked.parent === 'Me' ? [undefined] : [...behind, targetRow]);
      const next: Holder = { id, variant, path: '', inList: isPassing, rows: behind };
      for (const child of asked.children) walk(look, form, next, child, thing);
    }
  }

  return {
    /** The answer to a root field; its variant is in the way that it was asked. */
    root: (look: Look, form: Form, asked: Asked, data: Data | null | undefined, variant = ''): void =>
      walk(look, form, { id: '', variant, path: '', inList: false, rows: [] }, asked, data ?? {}),

    /** A thing that stands there as such: an entity. */
    thing(look: Look, id: string, asked: readonly Asked[], data: Data | null | undefined): void {
      const holder: Holder = { id, variant: variants.get(id) ?? '', path: '', inList: false, rows: [] };
      for (const child of asked) walk(look, 'plain', holder, child, data ?? {});
    },

    verdict(): Verdict {
      const has = (rows: Cell['may'], person: Person): boolean => rows.every((row) => row?.whoSees.has(person));
      const leaks = new Set<string>();
      const seen = new Set([...shownTypes].map((type) => `${type}.id`));
      const values = new Map<string, Map<string, Look>>();
      /** By question and place: who must see it, and who did. */
      const questions = new Map<string, { cell: Cell; by: Set<string> }>();
      const asked = new Map<string, Set<string>>();
      const shown = new Map<string, Set<boolean>>();
      const askedBoth = new Map<string, Set<boolean>>();
      for (const cell of cells) {
        const { person, way, question, field, place, value } = cell;
        const viaRouter = !direct.has(way);
        const perPerson = `${person} · ${field} · ${place}`;
        (askedBoth.get(perPerson) ?? setIn(askedBoth, perPerson)).add(viaRouter);
        (asked.get(question) ?? setIn(asked, question)).add(person);
        if (value === null) continue;
        seen.add(field.replace(/\[.*\]/, ''));
        (shown.get(perPerson) ?? setIn(shown, perPerson)).add(viaRouter);
        if (!has(cell.may, person)) leaks.add(`${person} sees ${field} (${way}) at ${place}`);
        const key = `${question} · ${place}`;
        const entry = questions.get(key) ?? { cell, by: new Set() };
        entry.by.add(person);
        questions.set(key, entry);
        if (!field.startsWith('Me.') && !place.startsWith('.')) {
          const byValue = values.get(place) ?? new Map<string, Look>();
          byValue.set(value, cell);
          values.set(place, byValue);
        }
      }
      const holes = new Set<string>();
      for (const { cell, by } of questions.values())
        for (const person of asked.get(cell.question) ?? [])
          if (!by.has(person) && has(cell.must, person as Person))
            holes.add(`${person} does not see ${cell.field} (${cell.way}) at ${cell.place}`);
      return {
        cells: cells.length + below,
        leaks: [...leaks],
        holes: [...holes],
        contradictions: [...values]
          .filter(([, found]) => found.size > 1)
          .map(([place, found]) => `${place}: ${[...found].map(([value, { person, way }]) => `${person} (${way}) ${value}`).join(' | ')}`),
        disagreements: [...shown]
          .filter(([key, by]) => by.size === 1 && askedBoth.get(key)?.size === 2)
          .map(([key, by]) => `${key}: only ${by.has(true) ? 'the router' : 'the subgraph'} shows it`),
        seen,
      };
    },
  };
}

export type Ledger = ReturnType<typeof openLedger>;

const setIn = <T>(sets: Map<string, Set<T>>, key: string): Set<T> => {
  const made = new Set<T>();
  sets.set(key, made);
  return made;
};

const isNothing = (value: unknown): boolean => value === null || value === undefined || (Array.isArray(value) && value.length === 0);
const textOf = (value: unknown): string | null => (isNothing(value) ? null : JSON.stringify(value));

/** Objects at a place, whether it holds one or a list. */
const listOf = (value: unknown): Data[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is Data => typeof item === 'object' && item !== null);
