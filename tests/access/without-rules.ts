import { withoutRule, type AccessRule } from '#chassis/access/rules.ts';
import type { Caller } from '#chassis/caller.ts';
import type { SubgraphName } from '#schema/events.ts';
import { accessTables as appointment } from '../../subgraphs/appointment/access.ts';
import { accessTables as billing } from '../../subgraphs/billing/access.ts';
import { accessTables as patient } from '../../subgraphs/patient/access.ts';
import { accessTables as prescription } from '../../subgraphs/prescription/access.ts';
import { accessTables as visit } from '../../subgraphs/visit/access.ts';
import type { OpenGraph } from './graph.ts';
import type { KnownData } from './known-data.ts';
import { directQuestions } from './look-around.ts';
import type { Person } from './people.ts';
import type { AccessTable } from './table.ts';
import type { stepTaker } from './try-steps.ts';
import { firstEventsOf } from './watch.ts';

// A rule that can be left out without anybody missing it is no rule, or the matrix does not look where it matters.

type Rule = Pick<AccessRule<never, string>, 'id' | 'who' | 'says'>;

const accessRulesOf: Readonly<Record<SubgraphName, readonly { readonly type: string; readonly rules: readonly Rule[] }[]>> = {
  patient,
  appointment,
  visit,
  prescription,
  billing,
};

/**
 * Leaves each rule out once and asks again, as those whom it is for, what the subgraph shows and lets do.
 * @returns the rules that nobody missed, and how many there are
 */
export async function rulesWithoutEffect(
  graph: OpenGraph,
  table: AccessTable,
  known: KnownData,
  everybody: readonly (readonly [Person, Caller | null])[],
  take: ReturnType<typeof stepTaker>,
): Promise<{ rules: number; withoutEffect: string[] }> {
  const places = directQuestions(graph, table, known);
  let rules = 0;
  const withoutEffect: string[] = [];
  for (const { name, askRoots, askEntities, askingFor } of places) {
    // From what shows it most likely to what takes longest.
    const shown = (type: string) => {
      const askFor = askingFor(type);
      return async (_person: Person, caller: Caller) => askFor?.(caller);
    };
    const everything = async (_person: Person, caller: Caller) => [await askEntities(caller), await askRoots(caller)];
    const subgraph = graph.subgraphs.get(name);
    const watch = subgraph ? firstEventsOf(subgraph, known) : null;
    const watched = async (_person: Person, caller: Caller) => (await watch?.(caller))?.map(({ data }) => data);
    const done = async (person: Person, caller: Caller) =>
      (await take(person, caller, 'direct', true, name)).map(({ mutation, outcome }) => [mutation, outcome]);
    const before = new Map<string, string>();
    const usually = async (key: string, ask: () => Promise<unknown>): Promise<string> => {
      const text = before.get(key) ?? JSON.stringify(await ask());
      before.set(key, text);
      return text;
    };
    const isMissed = async (type: string, rule: Rule): Promise<boolean> => {
      const those = everybody.filter(([, caller]) => caller && rule.who.includes(caller.role)) as [Person, Caller][];
      const looks: [string, (person: Person, caller: Caller) => Promise<unknown>][] = [
        [`shown ${type}`, shown(type)],
        ['everything', everything],
        ['watched', watched],
        ['done', done],
      ];
      for (const [what, look] of looks)
        for (const [person, caller] of those) {
          const usual = await usually(`${what} ${person}`, () => look(person, caller));
          if (JSON.stringify(await withoutRule(rule, () => look(person, caller))) !== usual) return true;
        }
      return false;
    };
    for (const { type, rules: ofType } of accessRulesOf[name])
      for (const rule of ofType) {
        rules += 1;
        if (!(await isMissed(type.split('.')[0] ?? type, rule))) withoutEffect.push(`${name}: ${type} ${rule.id}`);
      }
  }
  return { rules, withoutEffect };
}
