import { afterEach, describe, expect, test } from 'vitest';
import { conformance, expectAnswer } from './case.ts';
import { startGraph } from './graph.ts';

const order: string[] = [];
const note = (text: string) => void order.push(text);
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

const subgraphs = {
  visits: {
    sdl: `type Query { visits: [Visit!]! }
      type Mutation { openVisit(id: ID!): Visit!  closeVisit(id: ID!): Visit }
      type Visit @key(fields: "id") { id: ID!  state: String! }`,
    resolvers: {
      Query: { visits: () => [] },
      Mutation: {
        openVisit: async (_: unknown, { id }: { id: string }) => {
          note(`open ${id} begins`);
          await later();
          note(`open ${id} ends`);
          return { id, state: 'OPEN' };
        },
        closeVisit: (_: unknown, { id }: { id: string }) => {
          note(`close ${id}`);
          if (id === 'locked') throw new Error('no');
          return { id, state: 'CLOSED' };
        },
      },
    },
  },
  billing: {
    sdl: `type Mutation { charge(cents: Int!): Charge }
      type Charge { cents: Int!  visit: Visit! }
      type Visit @key(fields: "id") { id: ID!  due: Int! }`,
    resolvers: {
      Mutation: {
        charge: async (_: unknown, { cents }: { cents: number }) => {
          note(`charge ${cents} begins`);
          await later();
          note(`charge ${cents} ends`);
          return { cents, visit: { id: `v${cents}`, due: 2 } };
        },
      },
      Visit: {
        __resolveReference: ({ id }: { id: string }) => {
          note(`due of ${id}`);
          return { id, due: id.length };
        },
      },
    },
  },
};

describe('the order of mutations', () => {
  afterEach(() => void order.splice(0));

  test('is the order in the operation, over subgraphs, each one ended before the next begins', async () => {
    const graph = await startGraph(subgraphs);
    try {
      await expectAnswer(graph, {
        query:
          'mutation { a: openVisit(id: "1") { state } charge(cents: 5) { cents } b: openVisit(id: "2") { state } closeVisit(id: "1") { state } }',
        data: { a: { state: 'OPEN' }, charge: { cents: 5 }, b: { state: 'OPEN' }, closeVisit: { state: 'CLOSED' } },
      });
      expect(order).toEqual([
        'open 1 begins',
        'open 1 ends',
        'charge 5 begins',
        'charge 5 ends',
        'open 2 begins',
        'open 2 ends',
        'close 1',
      ]);
    } finally {
      await graph.close();
    }
  });

  test('holds when entity fields must be fetched in between', async () => {
    const graph = await startGraph(subgraphs);
    try {
      await expectAnswer(graph, {
        query: 'mutation { openVisit(id: "1") { state due } charge(cents: 5) { visit { due } } closeVisit(id: "1") { due } }',
        data: { openVisit: { state: 'OPEN', due: 1 }, charge: { visit: { due: 2 } }, closeVisit: { due: 1 } },
      });
      const mutations = order.filter((line) => !line.startsWith('due of'));
      expect(mutations).toEqual(['open 1 begins', 'open 1 ends', 'charge 5 begins', 'charge 5 ends', 'close 1']);
    } finally {
      await graph.close();
    }
  });

  test('goes on after one has failed', async () => {
    const graph = await startGraph(subgraphs);
    try {
      await expectAnswer(graph, {
        query: 'mutation { a: closeVisit(id: "locked") { state } charge(cents: 7) { cents } b: closeVisit(id: "3") { state } }',
        data: { a: null, charge: { cents: 7 }, b: { state: 'CLOSED' } },
        errors: [{ path: ['a'], code: 'INTERNAL_SERVER_ERROR', service: 'visits' }],
      });
      expect(order).toEqual(['close locked', 'charge 7 begins', 'charge 7 ends', 'close 3']);
    } finally {
      await graph.close();
    }
  });
});

conformance('mutations', subgraphs, {
  'side by side to one subgraph are one request': {
    query: 'mutation { a: openVisit(id: "1") { state } b: closeVisit(id: "1") { state } }',
    data: { a: { state: 'OPEN' }, b: { state: 'CLOSED' } },
    requests: { visits: 1 },
  },
  'the same one twice runs twice': {
    query: 'mutation { a: charge(cents: 1) { cents } b: charge(cents: 1) { cents } }',
    data: { a: { cents: 1 }, b: { cents: 1 } },
  },
  'left out by a condition does not run': {
    query: 'mutation ($yes: Boolean!) { charge(cents: 1) @include(if: $yes) { cents } closeVisit(id: "1") { state } }',
    variables: { yes: false },
    data: { closeVisit: { state: 'CLOSED' } },
    requests: { visits: 1 },
  },
  'take variables': {
    query: 'mutation ($id: ID!, $cents: Int!) { openVisit(id: $id) { id due } charge(cents: $cents) { visit { id } } }',
    variables: { id: '12', cents: 4 },
    data: { openVisit: { id: '12', due: 2 }, charge: { visit: { id: 'v4' } } },
  },
});
