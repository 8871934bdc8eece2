import { PassThrough } from 'node:stream';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuditTrail } from '#chassis/audit-trail.ts';
import type { Caller } from '#chassis/caller.ts';
import type { Changes } from '#chassis/change-notices.ts';
import type { RequestContext } from '#chassis/context.ts';
import { deriveLinkKeys, internalTokenHeader, linkKey, signInternalToken } from '#chassis/internal-token.ts';
import { scalars } from '#chassis/scalars.ts';
import { serveSubgraph } from '#chassis/serve.ts';
import type { Subgraph } from '#chassis/subgraph.ts';
import { createSubscriptions } from '#chassis/subscriptions.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { httpTransport } from './http-transport.ts';
import { inProcessTransport } from './in-process-transport.ts';
import { readAnswer } from './answer.ts';
import type { SubgraphOperation, SubgraphTransport } from './transport.ts';

// One subgraph, asked over HTTP and in the same process: whoever asks must not be able to tell which it was.

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key"])
  scalar DateTime scalar Date scalar LocalTime scalar TimeZone
  type Query {
    me: String
    echo(at: DateTime!): DateTime
    list(first: Int): [Item!]
    limited(first: Int!): String
    refused: String
    broken: String
    brokenDeep: [Item]
    promised: String!
    later: String
  }
  type Item @key(fields: "id") { id: ID! name: String broken: String }
  type Subscription { counted(to: Int!): Item stuck: Int broken: Int }
  type Mutation { cancel(id: ID!): CancelPayload }
  type CancelPayload { item: Item userErrors: [UserError!]! }
  type UserError { code: String! message: String! }
`);

const kept = [{ id: 'itm_1', name: 'one' }];
const fail = () => {
  throw new TypeError('the password is secret');
};
let freed = 0;
const resolvers = {
  Query: {
    me: (_: unknown, _args: unknown, { caller, requestId }: RequestContext) =>
      `${caller.role} ${caller.subject} ${caller.patientId} ${caller.scopes.join(' ')} ${requestId}`,
    echo: (_: unknown, { at }: { at: Date }) => at,
    list: () => kept,
    limited: () => {
      throw new GraphQLError('first: must be at most 100', { extensions: { code: 'BAD_USER_INPUT', argument: 'first' } });
    },
    refused: () => {
      throw new GraphQLError('Not for you.', { extensions: { code: 'FORBIDDEN', http: { status: 403 } } });
    },
    broken: fail,
    brokenDeep: () => kept,
    promised: () => null,
    later: async () => {
      await Promise.resolve();
      throw new GraphQLError('an error with a code that nobody knows', { extensions: { code: 'SECRET_CODE' } });
    },
  },
  Item: {
    broken: fail,
    __resolveReference: ({ id }: { id: string }) => (id === 'itm_bad' ? fail() : (kept.find((item) => item.id === id) ?? null)),
  },
  Subscription: {
    counted: {
      async *subscribe(_: unknown, { to }: { to: number }) {
        for (let n = 1; n <= to; n++) yield { counted: { id: `itm_${n}`, name: String(n) } };
      },
    },
    stuck: {
      subscribe: async (_: unknown, _args: unknown, { changes }: RequestContext) => ({
        watch: await changes.watch(['a topic']),
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          await this.watch.next();
          return { value: undefined, done: true };
        },
      }),
    },
    broken: { subscribe: fail },
  },
  Mutation: {
    cancel: (_: unknown, { id }: { id: string }) => ({
      item: kept.find((item) => item.id === id) ?? null,
      userErrors: kept.some((item) => item.id === id) ? [] : [{ code: 'NOT_FOUND', message: `No item ${id}.` }],
    }),
  },
};

const caller: Caller = { role: 'PATIENT', subject: 'usr_1', patientId: 'pat_1', scopes: ['patient/*.rs', 'openid'] };
const linkKeys = deriveLinkKeys('test', ['router>patient']);
const lines: string[] = [];
const stream = new PassThrough();
stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
const log = pino(stream);
const notAsked = () => Promise.reject(new Error('not asked here'));

const schema = buildSubgraphSchema({ typeDefs, resolvers: { ...scalars, ...(resolvers as object) } });
const context = (request: { caller: Caller; requestId: string; changes?: Changes }) =>
  ({ ...request, audit: createAuditTrail(), log: log.child({ requestId: request.requestId }) }) as unknown as RequestContext;

/** Nothing ever changes; counts the watches that were closed. */
const notices: Changes = {
  async watch() {
    let end = (_nothing: null): void => undefined;
    const closed = new Promise<null>((resolve) => (end = resolve));
    return {
      next: () => closed,
      close() {
        freed++;
        end(null);
      },
    };
  },
};

const subgraph = {
  name: 'patient',
  schema,
  context,
  inbox: { receive: notAsked, close: notAsked },
  subscriptions: createSubscriptions({ schema, notices: { ...notices, close: notAsked }, context }),
  ready: () => Promise.resolve(),
} as Partial<Subgraph> as Subgraph;

let http: SubgraphTransport;
const inProcess = inProcessTransport(subgraph, log);
let closeServer: () => Promise<void>;
beforeAll(async () => {
  const server = await serveSubgraph(subgraph, { port: 0, linkKeys, log });
  http = httpTransport({ url: `${server.url}/graphql` });
  closeServer = () => server.close();
});
afterAll(async () => {
  await Promise.all([http.close(), inProcess.close()]);
  await closeServer();
});

const operation = (query: string, operationName?: string): SubgraphOperation => ({
  kind: query.startsWith('mutation') ? 'mutation' : 'query',
  query,
  operationName,
});

/** What both transports need: HTTP takes body and headers, the call in process the rest. */
function requestOf(of: SubgraphOperation, variables: Record<string, unknown>, who: Caller | null) {
  const requestId = 'request-1';
  const body = JSON.stringify({ query: of.query, operationName: of.operationName, variables });
  const claims = who && { from: 'router', to: 'patient', caller: who, requestId };
  const token = claims && signInternalToken(claims, body, linkKey(linkKeys, 'router', 'patient'));
  return {
    operation: of,
    variables: () => variables,
    body: () => body,
    caller: who,
    requestId,
    origin: {},
    headers: token === null ? {} : { [internalTokenHeader]: token },
  };
}

async function ask(transport: SubgraphTransport, of: SubgraphOperation, variables: Record<string, unknown>, who: Caller | null = caller) {
  lines.length = 0;
  const answer = await transport.send({ ...requestOf(of, variables, who), onCancel: () => undefined });
  const read = readAnswer(answer);
  // The text is what a client could get to see: an object without a prototype is the same there.
  return { answer: JSON.parse(JSON.stringify(read)) as Record<string, unknown>, log: operationLines() };
}

const operationLines = () =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'operation')
    .map(({ time: _time, durationMs: _durationMs, ...line }) => line);

/** Over HTTP a refusal before GraphQL names the request; the router does not pass that on. */
const withoutRequestId = (answer: object): unknown =>
  JSON.parse(JSON.stringify(answer, (key, value: unknown) => (key === 'requestId' ? undefined : value)));

const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Item { id name broken } } }';
const representations = (...ids: string[]) => ({ r: ids.map((id) => ({ __typename: 'Item', id })) });

test.each<[string, SubgraphOperation, Record<string, unknown>?]>([
  ['data', operation('{ list { id name __typename } }')],
  ['a caller and a request id', operation('{ me }')],
  ['an operation by its name', operation('query A { me } query B { list { id } }', 'B')],
  ['variables with a scalar of ours', operation('query Echo($at: DateTime!) { echo(at: $at) }'), { at: '2026-03-01T10:00:00+02:00' }],
  ['introspection', operation('{ __type(name: "Item") { fields { name } } _service { sdl } }')],
  ['a coded error beside data', operation('{ list { id } limited(first: 1000) }')],
  ['an error that wants a status', operation('{ refused }')],
  ['a defect, masked', operation('{ broken }')],
  ['a defect in a list, masked, with its path', operation('{ brokenDeep { id broken } }')],
  ['a code that is not in the catalogue, masked', operation('{ later }')],
  ['a null that was promised not to be', operation('{ promised }')],
  ['entities, one of them unknown', operation(entities.replace(' broken', '')), representations('itm_1', 'itm_none')],
  ['an entity that cannot be loaded', operation(entities), representations('itm_1', 'itm_bad')],
  ['a mutation', operation('mutation Cancel { cancel(id: "itm_1") { item { id } userErrors { code } } }')],
  ['a mutation that is refused', operation('mutation Cancel { cancel(id: "itm_2") { item { id } userErrors { code message } } }')],
  ['a variable that does not fit', operation('query ($first: Int!) { limited(first: $first) }'), { first: 'many' }],
  ['a variable that a scalar refuses', operation('query ($at: DateTime!) { echo(at: $at) }'), { at: '2026-02-31T00:00:00Z' }],
  ['a variable that is missing', operation('query ($at: DateTime!) { echo(at: $at) }'), {}],
  ['a document that is not GraphQL', operation('{ list {')],
  ['a document that does not fit the schema', operation('{ nothing list }')],
  ['a name that no operation has', operation('query A { me } query B { me }', 'C')],
])('%s: the same answer and the same log line over HTTP and in process', async (_what, of, variables = {}) => {
  const overHttp = await ask(http, of, variables);
  const here = await ask(inProcess, of, variables);
  expect(here).toEqual(overHttp);
  expect(JSON.stringify(here.answer)).not.toMatch(/secret/i);
  expect(here.log).toHaveLength(1);
});

test.each([
  ['a variable', operation('mutation ($id: ID!) { cancel(id: $id) { userErrors { code } } }'), { id: 'itm_1\0' }],
  ['a representation', operation(entities), representations('itm_1\0')],
  ['the document', operation(String.raw`mutation { cancel(id: "\u0000") { userErrors { code } } }`), {}],
])('U+0000 in %s is refused with the same words', async (_what, of, variables) => {
  const overHttp = await ask(http, of, variables);
  const here = await ask(inProcess, of, variables);
  expect(withoutRequestId(here.answer)).toEqual(withoutRequestId(overHttp.answer));
  expect(here.answer).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

test('without a caller nothing is run', async () => {
  const overHttp = await ask(http, operation('{ list { id } }'), {}, null);
  const here = await ask(inProcess, operation('{ list { id } }'), {}, null);
  expect(here).toEqual(overHttp);
  expect(here.log).toEqual([]);
});

test('what is handed out belongs to the caller: changing it changes nothing for the next', async () => {
  const of = operation('{ list { id name } }');
  const send = async () => {
    const answer = await inProcess.send({ ...requestOf(of, {}, caller), onCancel: () => undefined });
    if (!('result' in answer)) throw new Error('an answer as text');
    return answer.result.data as { list: { name: string }[] };
  };
  const first = await send();
  for (const item of first.list) item.name = 'changed';
  first.list.length = 0;
  expect((await send()).list).toMatchObject([{ name: 'one' }]);
  expect(kept).toEqual([{ id: 'itm_1', name: 'one' }]);
});

test('it is ready when its database answers, and not when it does not', async () => {
  expect(await inProcess.ready()).toBe(true);
  const away = inProcessTransport({ ...subgraph, ready: () => Promise.reject(new Error('no database')) }, log);
  expect(await away.ready()).toBe(false);
});

const subscription = (query: string): SubgraphOperation => ({ kind: 'subscription', query, operationName: undefined });

async function listen(transport: SubgraphTransport, of: SubgraphOperation, variables: Record<string, unknown>, who: Caller | null) {
  const answers: unknown[] = [];
  const request = requestOf(of, variables, who);
  for await (const answer of transport.subscribe({ ...request, signal: new AbortController().signal })) answers.push(readAnswer(answer));
  return withoutRequestId(answers);
}

test.each<[string, string, Record<string, unknown>?, (Caller | null)?]>([
  ['events until it is over', 'subscription ($to: Int!) { counted(to: $to) { id name } }', { to: 3 }],
  ['an event whose field fails', 'subscription { counted(to: 2) { id broken } }'],
  ['a source that fails', 'subscription { broken }'],
  ['a variable that does not fit', 'subscription ($to: Int!) { counted(to: $to) { id } }', { to: 'many' }],
  ['a document that does not fit the schema', 'subscription { nothing }'],
  ['nobody who acts', 'subscription { counted(to: 1) { id } }', {}, null],
])('a subscription, %s: the same over HTTP and in process', async (_what, query, variables = {}, who = caller) => {
  const overHttp = await listen(http, subscription(query), variables, who);
  expect(await listen(inProcess, subscription(query), variables, who)).toEqual(overHttp);
  expect(overHttp).not.toEqual([]);
});

test.each(['the reader', 'the signal'])('a subscription that %s closes frees its source at once, also while it waits', async (who) => {
  const before = freed;
  const closing = new AbortController();
  const answers = inProcess.subscribe({ ...requestOf(subscription('subscription { stuck }'), {}, caller), signal: closing.signal });
  const waiting = answers.next();
  await new Promise((resolve) => setImmediate(resolve)); // it has begun to wait
  if (who === 'the reader') await answers.return?.();
  else closing.abort();
  expect(await waiting).toMatchObject({ done: true });
  await eventually(
    () => freed,
    (count) => count > before,
  );
});
