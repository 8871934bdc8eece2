import type { BenchGraph, BenchSubgraph } from './graph.ts';

const patientIds = Array.from({ length: 10 }, (_, index) => `pat_${index}`);

/** As many subgraphs as wanted: the first one owns Patient, each other one adds one section of the chart. */
export function wideGraph(subgraphs: number): BenchGraph {
  const owner: BenchSubgraph = {
    name: 'people',
    types: 'type Query { patients: [Patient!] }  type Patient @key(fields: "id") { id: ID!  name: String! }',
    resolvers: {
      Query: { patients: () => patientIds.map(patientNamed) },
      Patient: { __resolveReference: ({ id }: { id: string }) => patientNamed(id) },
    },
  };
  return [owner, ...Array.from({ length: subgraphs - 1 }, (_, index) => section(index + 1))];
}

export const wideQuery = (subgraphs: number): string => {
  const sections = Array.from({ length: subgraphs - 1 }, (_, index) => `section${index + 1} { status text updatedAt }`);
  return `query Chart { patients { id name ${sections.join(' ')} } }`;
};

const patientNamed = (id: string) => ({ id, name: `Example ${id.slice(4)}` });

const section = (number: number): BenchSubgraph => ({
  name: `section${number}`,
  types: `
    type Patient @key(fields: "id") { id: ID!  section${number}: Section${number} }
    type Section${number} { status: String!  text: String!  updatedAt: String! }`,
  resolvers: {
    Patient: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      [`section${number}`]: ({ id }: { id: string }) => ({
        status: 'FINAL',
        text: `Section ${number} of the chart of ${id}`,
        updatedAt: '2026-05-04T09:30:00.000Z',
      }),
    },
  },
});
