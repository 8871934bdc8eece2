import { smallSubgraph } from './small-subgraph.ts';
import type { SmallSubgraph } from './small-subgraph.ts';

/** Three services: people own Person; things and extras add to it. `greeting` needs `nickname` of extras. */
export interface PeopleGraph extends AsyncDisposable {
  readonly subgraphs: Readonly<Record<'people' | 'things' | 'extras', SmallSubgraph>>;
  readonly people: SmallSubgraph;
  readonly things: SmallSubgraph;
  readonly extras: SmallSubgraph;
}

const names: Readonly<Record<string, string>> = { p1: 'Ann', p2: 'Bo' };

export async function peopleGraph(): Promise<PeopleGraph> {
  const people = await smallSubgraph(
    `type Query { person(id: ID!): Person  people(first: Int = 20): [Person!]  broken: String  strict(limit: Int): String }
     type Person @key(fields: "id") { id: ID!  name: String!  friend: Person @shareable }`,
    {
      Query: {
        person: (_: unknown, { id }: { id: string }) => (names[id] ? { id, name: names[id] } : null),
        people: () => Object.entries(names).map(([id, name]) => ({ id, name })),
        broken: () => {
          throw new Error('duplicate key value violates unique constraint "person_ssn_key" Detail: (ssn)=(123-45-6789)');
        },
      },
      Person: { __resolveReference: ({ id }: { id: string }) => ({ id, name: names[id] }), friend: () => null },
    },
  );
  const things = await smallSubgraph(
    `type Query { things: [Thing!] }
     type Mutation { addThing(label: String!): Thing  removeThing(id: ID!): Thing }
     type Thing @key(fields: "id") { id: ID!  label: String!  owner: Person }
     type Person @key(fields: "id") {
       id: ID!  things: [Thing!]  secret: String  nickname: String @external  greeting: String @requires(fields: "nickname")  friend: Person @shareable
     }`,
    {
      Query: { things: () => [{ id: 't1', label: 'Lamp', owner: { id: 'p1' } }] },
      Mutation: {
        addThing: (_: unknown, { label }: { label: string }) => ({ id: 't2', label, owner: { id: 'p1' } }),
        removeThing: () => null,
      },
      Person: {
        __resolveReference: (person: { id: string; nickname?: string }) => person,
        things: ({ id }: { id: string }) => [{ id: `t-${id}`, label: `Thing of ${id}` }],
        secret: () => 'none',
        greeting: ({ nickname }: { nickname?: string }) => `Hello ${nickname}`,
        friend: () => null,
      },
    },
  );
  const extras = await smallSubgraph(
    `type Person @key(fields: "id") { id: ID!  nickname: String  motto: String }
     type Query { extrasVersion: String }`,
    {
      Query: { extrasVersion: () => '1' },
      Person: { __resolveReference: ({ id }: { id: string }) => ({ id, nickname: `nick-${id}`, motto: `motto-${id}` }) },
    },
  );
  return {
    subgraphs: { people, things, extras },
    people,
    things,
    extras,
    async [Symbol.asyncDispose]() {
      await Promise.all([people.stop(), things.stop(), extras.stop()]);
    },
  };
}
