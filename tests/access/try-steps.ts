import { getNamedType, type GraphQLInputType, type GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { newId } from '#chassis/ids.ts';
import type { SubgraphName } from '#schema/events.ts';
import { prepareOperation, runOperation } from '#chassis/run-operation.ts';
import type { OpenGraph } from './graph.ts';
import type { KnownData } from './known-data.ts';
import type { Person } from './people.ts';
import { stepsDoneOnce, stepsOn } from './steps.ts';
import type { AccessTable } from './table.ts';

export interface Attempt {
  readonly person: Person;
  readonly way: 'router' | 'direct';
  readonly mutation: string;
  readonly outcome: 'allowed' | 'refused' | 'defect';
  /** The code that decided, and the words that came with it. */
  readonly because: string;
}

interface Payload {
  userErrors: { code: string; message: string }[];
}
interface Answer {
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; path?: readonly (string | number)[]; extensions?: { code?: unknown } }[];
}

const quiet = pino({ level: 'silent' });

const refusals = new Set(['NOT_FOUND', 'NOT_ALLOWED', 'FORBIDDEN', 'UNAUTHENTICATED', 'UNAUTHORIZED_FIELD_OR_TYPE']);

function outcomeOf({ data, errors = [] }: Answer, key: string): Pick<Attempt, 'outcome' | 'because'> {
  const payload = data?.[key] as Payload | null | undefined;
  if (payload) {
    const [first] = payload.userErrors;
    if (!first) return { outcome: 'allowed', because: 'done' };
    return { outcome: refusals.has(first.code) ? 'refused' : 'allowed', because: `${first.code}: ${first.message}` };
  }
  // An error without a path is about all of them.
  const error = errors.find(({ path }) => path === undefined || path[0] === key);
  const code = String(error?.extensions?.code);
  return { outcome: refusals.has(code) ? 'refused' : 'defect', because: `${code}: ${error?.message}` };
}

/** Tries mutations that the page grants to a person, or those that it does not, through the router or straight at the subgraph that has them. */
export function stepTaker(graph: OpenGraph, schema: GraphQLSchema, known: KnownData, table: AccessTable) {
  const inputs = stepsOn(known);
  const once = stepsDoneOnce(known);
  const fields = Object.entries(schema.getMutationType()?.getFields() ?? {});
  const missing = fields.filter(([name]) => !inputs[name]).map(([name]) => name);
  if (missing.length > 0) throw new Error(`tests/access/steps.ts must know inputs for ${missing.join(', ')}`);
  const steps = fields.map(([name, { args }]) => {
    const owner = [...graph.subgraphs.values()].find((subgraph) => subgraph.schema.getMutationType()?.getFields()[name]);
    if (!owner) throw new Error(`no subgraph has ${name}`);
    return { name, owner, type: getNamedType(args[0]?.type as GraphQLInputType).name };
  });
  return async (person: Person, caller: Caller | null, way: Attempt['way'], granted: boolean, at?: SubgraphName): Promise<Attempt[]> => {
    const chosen = steps.filter(({ name, owner }) => table.sees(person, 'Mutation', name) === granted && (!at || owner.name === at));
    const variables: Record<string, object> = {};
    for (const { name } of chosen) {
      // Where a rule is left out, nothing new is made for the attempt: that might need the rule.
      const input = granted && !at && once[name] ? await once[name]() : inputs[name];
      variables[name] = { idempotencyKey: newId('evt'), ...input };
    }
    /** One after the other, in one document. */
    const asDocument = (some: typeof steps): string =>
      `mutation (${some.map(({ name, type }) => `$${name}: ${type}!`).join(' ')}) {
        ${some.map(({ name }) => `${name}(input: $${name}) { userErrors { code message } }`).join(' ')}
      }`;
    const attempts: Attempt[] = [];
    const note = (some: typeof steps, answer: Answer) =>
      attempts.push(...some.map(({ name }) => ({ person, way, mutation: name, ...outcomeOf(answer, name) })));
    if (chosen.length === 0) return attempts;
    if (way === 'router') {
      const headers = { 'content-type': 'application/json', ...(caller && { authorization: `Bearer ${graph.tokenOf(caller)}` }) };
      const response = await fetch(graph.url, { method: 'POST', headers, body: JSON.stringify({ query: asDocument(chosen), variables }) });
      note(chosen, (await response.json()) as Answer);
      return attempts;
    }
    if (!caller) throw new Error('no subgraph is asked by nobody');
    for (const owner of new Set(chosen.map((step) => step.owner))) {
      const some = chosen.filter((step) => step.owner === owner);
      const of = Object.fromEntries(some.map(({ name }) => [name, variables[name]]));
      const operation = prepareOperation(owner.schema, asDocument(some), undefined);
      note(some, await runOperation(owner, operation, { caller, requestId: 'matrix', variables: of }, quiet));
    }
    return attempts;
  };
}

/** Attempts that went otherwise than the page says. */
export const unexpected = (attempts: readonly Attempt[], table: AccessTable): string[] =>
  attempts
    .filter(({ person, mutation, outcome }) => outcome !== (table.sees(person, 'Mutation', mutation) ? 'allowed' : 'refused'))
    .map(({ person, way, mutation, outcome, because }) => `${person} is ${outcome} ${mutation} (${way}): ${because}`);
