import { describe, expect, test } from 'vitest';
import { conformance } from './case.ts';
import { startGraph } from './graph.ts';
import type { Ask } from './graph.ts';
import { literalAnswer } from './literal-answer.ts';

/** Answers are given literally, so that they can break the promises of the schema. */
const saying =
  (data: Readonly<Record<string, unknown>>) =>
  ({ query }: Ask) => ({ data: literalAnswer(query, data) });

const code = 'SUBGRAPH_ERROR';

const care = {
  sdl: `type Query {
      maybe: Ward  sure: Ward!  wards: [Ward]  strictWards: [Ward!]  allWards: [Ward!]!  names: [String!]  grid: [[Int!]!]  loose: [[Int!]]
    }
    type Ward { name: String!  head: Nurse!  deputy: Nurse  beds: [Bed!]  strictBeds: [Bed!]! }
    type Nurse { name: String! }
    type Bed { number: Int!  label: String }`,
};

conformance(
  'a null where the schema promises a value: a leaf',
  {
    care: { ...care, answer: saying({ maybe: { __typename: 'Ward', name: null, deputy: { __typename: 'Nurse', name: 'N' } } }) },
  },
  {
    'takes the nearest nullable object with it, and is said once': {
      query: '{ maybe { deputy { name } name } }',
      data: { maybe: null },
      errors: [{ path: ['maybe', 'name'], code }],
    },
  },
);

conformance(
  'a null for an aliased field',
  { care: { ...care, answer: saying({ maybe: { __typename: 'Ward', name: null } }) } },
  {
    'is said with the aliases of the client': {
      query: '{ w: maybe { n: name } }',
      data: { w: null },
      errors: [{ path: ['w', 'n'], code }],
    },
  },
);

conformance(
  'a null two objects below a nullable one',
  {
    care: {
      ...care,
      answer: saying({
        maybe: { name: 'W', head: { name: null } },
        sure: { name: 'S', deputy: { name: null } },
        allWards: [{ name: 'A', head: null }],
      }),
    },
  },
  {
    'goes up to it': {
      query: '{ maybe { name head { name } } }',
      data: { maybe: null },
      errors: [{ path: ['maybe', 'head', 'name'], code }],
    },
    'stops at the nearest nullable one': {
      query: '{ sure { name deputy { name } } }',
      data: { sure: { name: 'S', deputy: null } },
      errors: [{ path: ['sure', 'deputy', 'name'], code }],
    },
    'goes up to the data when nothing is nullable': {
      query: '{ allWards { name head { name } } maybe { name } }',
      data: null,
      errors: [{ path: ['allWards', 0, 'head'], code }],
    },
  },
);

conformance(
  'a null in a list',
  {
    care: {
      ...care,
      answer: saying({
        names: ['a', null, 'c'],
        wards: [{ name: 'W' }, null, { name: null }, { name: 'Z' }],
        strictWards: [{ name: 'W' }, { name: null }],
        grid: [
          [1, 2],
          [3, null],
        ],
        loose: [[1, 2], [3, null], null],
      }),
    },
  },
  {
    'of non-null scalars takes the list with it': { query: '{ names }', data: { names: null }, errors: [{ path: ['names', 1], code }] },
    'of nullable objects is all right; one within such an object takes only that': {
      query: '{ wards { name } }',
      data: { wards: [{ name: 'W' }, null, null, { name: 'Z' }] },
      errors: [{ path: ['wards', 2, 'name'], code }],
    },
    'of non-null objects, from within one of them, takes the list with it': {
      query: '{ strictWards { name } }',
      data: { strictWards: null },
      errors: [{ path: ['strictWards', 1, 'name'], code }],
    },
    'in a list of non-null lists takes both': { query: '{ grid }', data: { grid: null }, errors: [{ path: ['grid', 1, 1], code }] },
    'in a list of nullable lists takes the inner one': {
      query: '{ loose }',
      data: { loose: [[1, 2], null, null] },
      errors: [{ path: ['loose', 1, 1], code }],
    },
  },
);

conformance(
  'nulls and missing keys at several places',
  {
    care: {
      ...care,
      answer: saying({
        wards: [{ name: null }, { name: 'B', beds: [{ number: 1 }, { number: null }] }, { beds: [] }, { name: 'D', beds: null }],
        sure: { name: 'S', strictBeds: null },
      }),
    },
  },
  {
    'are each said where they are': {
      query: '{ wards { name beds { number } } }',
      data: { wards: [null, { name: 'B', beds: null }, null, { name: 'D', beds: null }] },
      errors: [
        { path: ['wards', 0, 'name'], code },
        { path: ['wards', 1, 'beds', 1, 'number'], code },
        { path: ['wards', 2, 'name'], code },
      ],
    },
    'a null for a non-null list in a non-null object leaves no data': {
      query: '{ sure { name strictBeds { label } } }',
      data: null,
      errors: [{ path: ['sure', 'strictBeds'], code }],
    },
  },
);

describe('two nulls in one object', () => {
  test('are at least one error and at most two, all within it', async () => {
    const graph = await startGraph({ care: { ...care, answer: saying({ maybe: { name: null, head: null } }) } });
    try {
      const { body } = await graph.ask({ query: '{ maybe { name head { name } } }' });
      expect(body.data).toEqual({ maybe: null });
      const paths = body.errors?.map(({ path }) => JSON.stringify(path)) ?? [];
      expect(new Set(paths).size).toBe(paths.length);
      expect(paths.length).toBeGreaterThan(0);
      for (const path of paths) expect(['["maybe","name"]', '["maybe","head"]']).toContain(path);
    } finally {
      await graph.close();
    }
  });
});

const owners = {
  sdl: `type Query { ward: Unit  wards: [Unit]  all: [Unit!] }  type Unit @key(fields: "id") { id: ID!  parent: Unit }`,
  resolvers: {
    Query: {
      ward: () => ({ id: 'u1', parent: { id: 'u0' } }),
      wards: () => [{ id: 'u1' }, { id: 'u2' }, { id: 'u1' }],
      all: () => [{ id: 'u2' }, { id: 'u1' }],
    },
  },
};

conformance(
  'an entity that the second subgraph answers null for',
  {
    owners,
    facts: {
      sdl: `type Unit @key(fields: "id") { id: ID!  size: Int!  colour: String }`,
      resolvers: {
        Unit: { __resolveReference: ({ id }: { id: string }) => (id === 'u1' ? null : { id, size: 3, colour: 'red' }) },
      },
    },
  },
  {
    'leaves its nullable fields null, without an error': {
      query: '{ wards { id colour } }',
      data: {
        wards: [
          { id: 'u1', colour: null },
          { id: 'u2', colour: 'red' },
          { id: 'u1', colour: null },
        ],
      },
    },
    // "Not there" and "not yours" are answers: where the schema lets the object be null, nothing is broken.
    'is null itself where its non-null fields were asked and it may be null, without an error': {
      query: '{ wards { id size } }',
      data: { wards: [null, { id: 'u2', size: 3 }, null] },
    },
    'breaks the promise of a place that must not be null, and takes a list of non-null items with it': {
      query: '{ all { size } ward { id colour parent { size } } }',
      data: { all: null, ward: { id: 'u1', colour: null, parent: { size: 3 } } },
      errors: [{ path: ['all', 1], code }],
    },
  },
);

conformance(
  'a null that a subgraph itself explains',
  {
    owners,
    facts: {
      sdl: `type Query { strict: Fact  list: [Fact!] }
        type Fact { text: String! }
        type Unit @key(fields: "id") { id: ID!  size: Int!  colour: String }`,
      resolvers: {
        Query: { strict: () => ({}), list: () => [{ text: 'a' }, {}] },
        Fact: {
          text: ({ text }: { text?: string }) => {
            if (text) return text;
            throw new Error('no text');
          },
        },
        Unit: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          size: ({ id }: { id: string }) => {
            if (id === 'u1') throw new Error('no size');
            return 3;
          },
          colour: () => null,
        },
      },
    },
  },
  {
    'has its error only': {
      query: '{ strict { text } }',
      data: { strict: null },
      errors: [{ path: ['strict', 'text'], code: 'INTERNAL_SERVER_ERROR', service: 'facts' }],
    },
    'in a list has its error only': {
      query: '{ list { text } }',
      data: { list: null },
      errors: [{ path: ['list', 1, 'text'], code: 'INTERNAL_SERVER_ERROR', service: 'facts' }],
    },
    'in an entity has its error only, and the null goes up': {
      query: '{ ward { id size colour } }',
      data: { ward: null },
      errors: [{ path: ['ward', 'size'], code: 'INTERNAL_SERVER_ERROR', service: 'facts' }],
    },
    'in an entity at two places has it at both': {
      query: '{ wards { size } }',
      data: { wards: [null, { size: 3 }, null] },
      errors: [
        { path: ['wards', 0, 'size'], code: 'INTERNAL_SERVER_ERROR', service: 'facts' },
        { path: ['wards', 2, 'size'], code: 'INTERNAL_SERVER_ERROR', service: 'facts' },
      ],
    },
  },
);
