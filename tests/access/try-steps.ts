import { getNamedType, isInputObjectType, type GraphQLSchema } from 'graphql';
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
  errors?: readonly { message: string; extensions?: { code?: unknown } }[];
}

const refusals = new Set(['NOT_FOUND', 'NOT_ALLOWED', 'FORBIDDEN', 'UNAUTHENTICATED', 'UNAUTHORIZED_FIELD_OR_TYPE']);

function outcomeOf({ data, errors = [] }: Answer, mutation: string): Pick<Attempt, 'outcome' | 'because'> {
  const payload = data?.[mutation] as Payload | null | undefined;
  if (payload) {
    const [first] = payload.userErrors;
    if (!first) return { outcome: 'allowed', because: 'done' };
    return { outcome: refusals.has(first.code) ? 'refused' : 'allowed', because: `${first.code}: ${first.message}` };
  }
  const [error] = errors;
  const code = String(error?.extensions?.code);
  return { outcome: refusals.has(code) ? 'refused' : 'defect', because: `${code}: ${error?.message}` };
}

/** Tries mutations that the page grants to a person, or those that it does not, through the router or straight at the subgraph that has them. */
export function stepTaker(graph: OpenGraph, schema: GraphQLSchema, known: KnownData, table: AccessTable) {
  const inputs = stepsOn(known);
  const once = stepsDoneOnce(known);
  const log = pino({ level: 'silent' });
  const fields = Object.entries(schema.getMutationType()?.getFields() ?? {});
  const missing = fields.filter(([name]) => !inputs[name]).map(([name]) => name);
  if (missing.length > 0) throw new Error(`tests/access/steps.ts must know inputs for ${missing.join(', ')}`);
  const steps = fields.map(([name, { args }]) => {
    const type = getNamedType(args[0]?.type);
    if (!isInputObjectType(type)) throw new Error(`${name} takes no input`);
    const document = `mutation ($input: ${type.name}!) { ${name}(input: $input) { userErrors { code message } } }`;
    const owner = [...graph.subgraphs.values()].find((subgraph) => subgraph.schema.getMutationType()?.getFields()[name]);
    if (!owner) throw new Error(`no subgraph has ${name}`);
    return { name, document, owner, operation: prepareOperation(owner.schema, document, undefined) };
  });
  return async (person: Person, caller: Caller | null, way: Attempt['way'], granted: boolean, at?: SubgraphName): Promise<Attempt[]> => {
    const attempts: Attempt[] = [];
    const chosen = steps.filter(({ name, owner }) => table.sees(person, 'Mutation', name) === granted && (!at || owner.name === at));
    for (const { name, document, owner, operation } of chosen) {
      const input = granted && once[name] ? await once[name]() : inputs[name];
      const variables = { input: { idempotencyKey: newId('evt'), ...input } };
      let answer: Answer;
      if (way === 'direct') {
        if (!caller) continue;
        answer = await runOperation(owner, operation, { caller, requestId: 'matrix', variables }, log);
      } else {
        const headers = { 'content-type': 'application/json', ...(caller && { authorization: `Bearer ${graph.tokenOf(caller)}` }) };
        const response = await fetch(graph.url, { method: 'POST', headers, body: JSON.stringify({ query: document, variables }) });
        answer = (await response.json()) as Answer;
      }
      attempts.push({ person, way, mutation: name, ...outcomeOf(answer, name) });
    }
    return attempts;
  };
}

/** Attempts that went otherwise than the page says. */
export const unexpected = (attempts: readonly Attempt[], table: AccessTable): string[] =>
  attempts
    .filter(({ person, mutation, outcome }) => outcome !== (table.sees(person, 'Mutation', mutation) ? 'allowed' : 'refused'))
    .map(({ person, way, mutation, outcome, because }) => `${person} is ${outcome} ${mutation} (${way}): ${because}`);
