import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Caller } from '#chassis/caller.ts';
import { conformance, expectAnswer, type ConformanceCase, type ExpectedError } from './case.ts';
import { byKey, federationLink, startGraph, type Graph, type SubgraphDescription } from './graph.ts';

const patients = [
  { id: 'p1', name: 'Ann', ssn: '123', diagnosis: 'flu', grade: 'HIGH', doctor: { id: 'd1' } },
  { id: 'p2', name: 'Bo', ssn: '456', diagnosis: 'gout', grade: 'LOW', doctor: null },
];
const media = [
  { __typename: 'Scan', id: 's1', title: 'Knee', slices: 12 },
  { __typename: 'Video', id: 'v1', title: 'Walk', seconds: 30 },
];
const found = [
  { __typename: 'Note', id: 'n1', text: 'private' },
  { __typename: 'Video', id: 'v1', title: 'Walk', seconds: 30 },
];

const subgraphs: Readonly<Record<string, SubgraphDescription>> = {
  charts: {
    sdl: `type Query {
            patient(id: ID = "p1"): Patient  patients: [Patient!]!  media: [Medium!]!  found: [Found]!  mustFind: Found!
            hours: String!  watch: [String!] @policy(policies: [["role:PRIVACY_OFFICER"]])  member: String @authenticated
          }
          type Mutation { rename(to: String!): Patient @requiresScopes(scopes: [["user/Patient.u"]])  greet: String }
          type Subscription { changed(id: ID = "p1"): Patient  alarms: String @requiresScopes(scopes: [["user/Alarm.r"]]) }
          type Patient @key(fields: "id") {
            id: ID!  name: String!  doctor: Doctor  contact: Patient
            ssn: String @requiresScopes(scopes: [["user/Patient.r", "user/Identifier.r"], ["system/Patient.r"]])
            diagnosis(in: String): String! @requiresScopes(scopes: [["user/Condition.r"]])
            grade: Grade
          }
          enum Grade @requiresScopes(scopes: [["user/Grade.r"]]) { LOW HIGH }
          type Doctor @key(fields: "id") { id: ID! }
          interface Medium { id: ID!  title: String }
          type Scan implements Medium { id: ID!  title: String @requiresScopes(scopes: [["user/Scan.r"]])  slices: Int! }
          type Video implements Medium { id: ID!  title: String  seconds: Int! }
          type Note @requiresScopes(scopes: [["user/Note.r"]]) { id: ID!  text: String }
          union Found = Note | Video`,
    resolvers: {
      Query: {
        patient: (_: unknown, { id }: { id: string }) => patients.find((each) => each.id === id),
        patients: () => patients,
        media: () => media,
        found: () => found,
        mustFind: () => found[0],
        hours: () => '8 to 5',
        watch: () => ['seen'],
        member: () => 'yes',
      },
      Mutation: { rename: () => patients[0], greet: () => 'hello' },
      Subscription: {
        changed: {
          async *subscribe() {
            yield { changed: patients[0] };
            yield { changed: patients[1] };
          },
        },
      },
      Patient: {
        __resolveReference: byKey(patients),
        contact: () => patients[1],
        diagnosis: ({ diagnosis }: { diagnosis: string }) => diagnosis,
      },
    },
  },
  lab: {
    sdl: `type Patient @key(fields: "id") {
            id: ID!  ssn: String @external  blood: String
            risk: String @requires(fields: "ssn") @requiresScopes(scopes: [["user/Patient.r", "user/Identifier.r"], ["system/Patient.r"]])
          }
          type Doctor @key(fields: "id") @authenticated { id: ID!  pager: String! @policy(policies: [["role:FRONT_DESK", "awake"], ["role:SYSTEM"]]) }`,
    resolvers: {
      Patient: {
        __resolveReference: (reference: object) => reference,
        blood: () => 'AB',
        risk: ({ ssn }: { ssn?: string }) => `risk of ${ssn}`,
      },
      Doctor: { __resolveReference: (reference: object) => reference, pager: () => '17' },
    },
  },
};

const caller = (...scopes: string[]): Caller => ({ role: 'FRONT_DESK', subject: 'tester', scopes });
const refused = (...path: (string | number)[]): ExpectedError => ({ path, code: 'UNAUTHORIZED_FIELD_OR_TYPE' });

let graph: Graph;
beforeAll(async () => {
  graph = await startGraph(subgraphs, { policies: new Map([['awake', async ({ subject }) => subject === 'tester']]) });
});
afterAll(() => graph?.close());

const cases: Readonly<Record<string, ConformanceCase>> = {
  'is null, with one error at its path, and is not fetched': {
    query: '{ patient { name ssn } }',
    data: { patient: { name: 'Ann', ssn: null } },
    errors: [refused('patient', 'ssn')],
    requests: { charts: 1 },
  },
  'is there for a caller with the right, by a scope that covers it': {
    query: '{ patient { name ssn diagnosis } }',
    caller: caller('user/*.rs'),
    data: { patient: { name: 'Ann', ssn: '123', diagnosis: 'flu' } },
  },
  'is there by the other alternative': {
    query: '{ patient { ssn } }',
    caller: caller('system/Patient.r'),
    data: { patient: { ssn: '123' } },
  },
  'is refused where one of two scopes is missing': {
    query: '{ patient { ssn } }',
    caller: caller('user/Patient.r', 'system/Identifier.r'),
    data: { patient: { ssn: null } },
    errors: [refused('patient', 'ssn')],
  },
  'is refused under every alias': {
    query: '{ patient { name: ssn id: ssn __typename: ssn ssn: name } }',
    data: { patient: { name: null, id: null, __typename: null, ssn: 'Ann' } },
    errors: [refused('patient', 'name'), refused('patient', 'id'), refused('patient', '__typename')],
  },
  'is refused in fragments, named, nested and inline': {
    query: `{ patient { ...A ... { ... on Patient { c: ssn } } } } fragment A on Patient { a: ssn ...B } fragment B on Patient { b: ssn name }`,
    data: { patient: { a: null, b: null, name: 'Ann', c: null } },
    errors: [refused('patient', 'a'), refused('patient', 'b'), refused('patient', 'c')],
  },
  'has an error for each object of a list': {
    query: '{ patients { name ssn } }',
    data: {
      patients: [
        { name: 'Ann', ssn: null },
        { name: 'Bo', ssn: null },
      ],
    },
    errors: [refused('patients', 0, 'ssn'), refused('patients', 1, 'ssn')],
  },
  'that cannot be null takes its object with it, and is the only error': {
    query: '{ patient { name diagnosis contact { diagnosis } } }',
    data: { patient: null },
    errors: [refused('patient', 'diagnosis')],
  },
  'that cannot be null goes up to the next object that can': {
    query: '{ patients { contact { name diagnosis } } }',
    data: { patients: [{ contact: null }, { contact: null }] },
    errors: [refused('patients', 0, 'contact', 'diagnosis'), refused('patients', 1, 'contact', 'diagnosis')],
  },
  'that is all that was asked leaves its object': {
    query: '{ patient { ssn } }',
    data: { patient: { ssn: null } },
    errors: [refused('patient', 'ssn')],
  },
  'below an object that is not there is no error': {
    query: '{ patient(id: "none") { ssn } }',
    data: { patient: null },
  },
  'that @skip leaves out is no error': {
    query: 'query ($no: Boolean!) { patient { name ssn @include(if: $no) ... @include(if: $no) { diagnosis } } }',
    variables: { no: false },
    data: { patient: { name: 'Ann' } },
  },
  'takes its variables with it': {
    query: 'query ($id: ID, $in: String) { patient(id: $id) { name } member patients { contact { diagnosis(in: $in) } } }',
    variables: { id: 'p2', in: 'Latin' },
    data: { patient: { name: 'Bo' }, member: 'yes', patients: [{ contact: null }, { contact: null }] },
    errors: [refused('patients', 0, 'contact', 'diagnosis'), refused('patients', 1, 'contact', 'diagnosis')],
  },
  'by the type that it answers is refused as well': {
    query: '{ patient { grade } }',
    caller: caller('user/Patient.rs'),
    data: { patient: { grade: null } },
    errors: [refused('patient', 'grade')],
  },
  'that another service computes from one without a right is not computed': {
    query: '{ patient { risk blood } }',
    data: { patient: { risk: null, blood: 'AB' } },
    errors: [refused('patient', 'risk')],
    requests: { charts: 1, lab: 1 },
  },
  'that another service computes is there with the right': {
    query: '{ patient { risk } }',
    caller: caller('user/Patient.r', 'user/Identifier.r'),
    data: { patient: { risk: 'risk of 123' } },
  },
  'of an interface needs what each type of it needs': {
    query: '{ media { id title } }',
    data: {
      media: [
        { id: 's1', title: null },
        { id: 'v1', title: null },
      ],
    },
    errors: [refused('media', 0, 'title'), refused('media', 1, 'title')],
  },
  'of an interface is open with all of these rights': {
    query: '{ media { title } }',
    caller: caller('user/Scan.r'),
    data: { media: [{ title: 'Knee' }, { title: 'Walk' }] },
  },
  'is decided for each type where the client asks by type': {
    query: '{ media { ... on Scan { title slices } ... on Video { title seconds } } }',
    data: {
      media: [
        { title: null, slices: 12 },
        { title: 'Walk', seconds: 30 },
      ],
    },
    errors: [refused('media', 0, 'title')],
  },
  'of an interface is not opened by a fragment on the interface': {
    query: '{ media { ... on Scan { ...T } } } fragment T on Medium { title ... on Video { title } }',
    data: { media: [{ title: null }, {}] },
    errors: [refused('media', 0, 'title')],
  },
  'is not shown where it is also asked without a right': {
    query: '{ media { ... on Video { title } title } }',
    data: { media: [{ title: null }, { title: null }] },
    errors: [refused('media', 0, 'title'), refused('media', 1, 'title')],
  },
  'of a type without a right makes null of its objects among others': {
    query: '{ found { __typename ... on Note { text } ... on Video { title } } }',
    data: { found: [null, { __typename: 'Video', title: 'Walk' }] },
    errors: [refused('found', 0)],
  },
  'of a type without a right is not told by what is asked of others': {
    query: '{ found { ... on Video { title } } }',
    data: { found: [null, { title: 'Walk' }] },
    errors: [refused('found', 0)],
  },
  'of a type with a right is there among others': {
    query: '{ found { ... on Note { text } ... on Video { title } } }',
    caller: caller('user/Note.r'),
    data: { found: [{ text: 'private' }, { title: 'Walk' }] },
  },
  'of a type without a right, where something must stand, empties the answer': {
    query: '{ hours mustFind { __typename } }',
    data: null,
    errors: [refused('mustFind')],
  },
  'of a policy needs the role': {
    query: '{ hours watch member }',
    data: { hours: '8 to 5', watch: null, member: 'yes' },
    errors: [refused('watch')],
    requests: { charts: 1 },
  },
  'of a policy is there for the role': {
    query: '{ watch }',
    caller: { ...caller(), role: 'PRIVACY_OFFICER' },
    data: { watch: ['seen'] },
  },
  'of a policy that is asked elsewhere waits for its answer': {
    query: '{ patient { doctor { pager } } }',
    data: { patient: { doctor: { pager: '17' } } },
  },
  'of two policies needs both': {
    query: '{ patient { doctor { pager } } }',
    caller: { ...caller(), subject: 'someone else' },
    data: { patient: { doctor: null } },
    errors: [refused('patient', 'doctor', 'pager')],
    requests: { charts: 1 },
  },
  'of a mutation is not done, and the others are': {
    query: 'mutation { a: greet rename(to: "Eve") { name } b: greet }',
    data: { a: 'hello', rename: null, b: 'hello' },
    errors: [refused('rename')],
    requests: { charts: 1 },
  },
  'of a mutation is done with the right': {
    query: 'mutation { rename(to: "Eve") { name } }',
    caller: caller('user/Patient.cud'),
    data: { rename: { name: 'Ann' } },
  },
  'that is all of a mutation asks no service': {
    query: 'mutation { rename(to: "Eve") { name ssn } }',
    data: { rename: null },
    errors: [refused('rename')],
    requests: {},
  },
};

describe('a field without a right', () => {
  test.each(Object.entries(cases))('%s', (_, expected) => expectAnswer(graph, expected));

  test('is refused by GET as well', async () => {
    const { body, seen } = await graph.askByGet({ query: '{ patient { name ssn } }' });
    expect(body).toMatchObject({ data: { patient: { name: 'Ann', ssn: null } }, errors: [{ path: ['patient', 'ssn'] }] });
    expect(JSON.stringify(seen)).not.toContain('ssn');
  });

  test('does not hide the schema', async () => {
    const { body } = await graph.ask({ query: '{ __type(name: "Patient") { fields { name } } patient { ssn } }' });
    expect(body.data).toMatchObject({ __type: { fields: expect.arrayContaining([{ name: 'ssn' }]) as unknown }, patient: { ssn: null } });
  });

  test('is refused to each caller by what they have, whoever asked the same before', async () => {
    const query = '{ patient { name ssn } }';
    const answers = [];
    for (const as of [caller(), caller('user/*.rs'), caller(), caller('system/Patient.r'), caller('user/Patient.r')])
      answers.push((await graph.ask({ query, caller: as })).body.data);
    expect(answers).toEqual([null, '123', null, '123', null].map((ssn) => ({ patient: { name: 'Ann', ssn } })));
  });

  test('is refused in the part that comes later, where it was deferred', async () => {
    const query = '{ patient { name ... @defer(label: "more") { blood ssn contact { diagnosis } } } }';
    expect(await graph.askInParts({ query })).toMatchObject([
      { data: { patient: { name: 'Ann' } }, hasNext: true },
      {
        incremental: [
          {
            path: ['patient'],
            label: 'more',
            data: { blood: 'AB', ssn: null, contact: null },
            errors: [{ path: ['patient', 'ssn'] }, { path: ['patient', 'contact', 'diagnosis'] }],
          },
        ],
      },
      { hasNext: false },
    ]);
    expect(JSON.stringify(graph.seen())).not.toMatch(/ssn|diagnosis/);
  });

  test('is refused in the part that comes later, where nothing else was deferred', async () => {
    const parts = await graph.askInParts({ query: '{ patient { name ... @defer { ssn } } }' });
    expect(parts).toMatchObject([
      { data: { patient: { name: 'Ann' } } },
      { incremental: [{ path: ['patient'], data: { ssn: null }, errors: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }] }] },
      { hasNext: false },
    ]);
  });

  test('that is the one of a subscription refuses it, over SSE', async () => {
    const [result, ...others] = await graph.askForEvents({ query: 'subscription { news: alarms }' });
    expect(others).toEqual([]);
    expect(result).toMatchObject({ errors: [{ path: ['news'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }] });
    expect(result).not.toHaveProperty('data');
    expect(graph.seen()).toEqual([]);
  });

  test('is null in each event of a subscription', async () => {
    const events = await graph.askForEvents({ query: 'subscription { changed { name ssn blood } }' });
    expect(events).toMatchObject([
      { data: { changed: { name: 'Ann', ssn: null, blood: 'AB' } }, errors: [{ path: ['changed', 'ssn'] }] },
      { data: { changed: { name: 'Bo', ssn: null, blood: 'AB' } }, errors: [{ path: ['changed', 'ssn'] }] },
    ]);
    expect(JSON.stringify(graph.seen())).not.toContain('ssn');
  });

  test('is refused over WebSocket, as a subscription and in a query', async () => {
    const client = createClient({
      url: `${graph.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'Bearer any' },
      lazy: false,
      onNonLazyError: () => undefined,
    });
    const ask = (query: string) =>
      new Promise((resolve) => {
        client.subscribe({ query }, { next: resolve, error: (errors) => resolve({ errors }), complete: () => undefined });
      });
    const code = { extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } };
    expect(await ask('subscription { alarms }')).toMatchObject({ errors: [code] });
    expect(await ask('{ patient { ssn } }')).toMatchObject({ data: { patient: { ssn: null } }, errors: [code] });
    await client.dispose();
  });

  test('is refused from the moment in which a new supergraph says so, to who was told it before', async () => {
    const query = '{ hours patient { name } }';
    expect((await graph.ask({ query })).body).toEqual({ data: { hours: '8 to 5', patient: { name: 'Ann' } } });
    const { charts, ...others } = subgraphs;
    const stricter = charts && {
      ...charts,
      sdl: charts.sdl.replace('hours: String!', 'hours: String! @requiresScopes(scopes: [["user/Hours.r"]])'),
    };
    const outcome = await graph.reload({ ...others, ...(stricter && { charts: stricter }) });
    expect(outcome).toMatchObject({ outcome: 'reloaded' });
    expect((await graph.ask({ query })).body).toMatchObject({ data: null, errors: [{ path: ['hours'] }] });
    expect(await graph.reload(subgraphs)).toMatchObject({ outcome: 'reloaded' });
    expect((await graph.ask({ query })).body).toEqual({ data: { hours: '8 to 5', patient: { name: 'Ann' } } });
  });
});

conformance(
  'directives under other names',
  {
    one: {
      link: federationLink('{ name: "@authenticated", as: "@signedIn" }, { name: "@requiresScopes", as: "@scopes" }'),
      sdl: 'type Query { open: Int  a: Int @scopes(scopes: [["s"]])  b: Int @federation__policy(policies: [["role:PAYER"]])  c: Int @signedIn }',
      resolvers: { Query: { open: () => 1, a: () => 2, b: () => 3, c: () => 4 } },
    },
  },
  {
    'protect all the same': {
      query: '{ open a b c }',
      data: { open: 1, a: null, b: null, c: 4 },
      errors: [refused('a'), refused('b')],
    },
    'open to who has the rights': {
      query: '{ a b }',
      caller: { ...caller('s'), role: 'PAYER' },
      data: { a: 2, b: 3 },
    },
  },
);
