import { conformance, type ConformanceCase } from './case.ts';
import type { SubgraphDescription } from './graph.ts';

const drug = () => ({ id: '1' });

const adding = (field: string): SubgraphDescription => ({
  sdl: `type Drug @key(fields: "id") { id: ID!  ${field}: String! }`,
  resolvers: { Drug: { [field]: () => `${field} of 1` } },
});

const [x, y, z] = ['x of 1', 'y of 1', 'z of 1'];

conformance(
  'one entity at several places, with other fields at each',
  {
    base: {
      sdl: 'type Query { a: Drug  b: Drug  c: Drug }  type Drug @key(fields: "id") { id: ID!  like: [Drug!] }',
      resolvers: { Query: { a: drug, b: drug, c: drug }, Drug: { __resolveReference: drug, like: () => [drug(), drug()] } },
    },
    xs: adding('x'),
    ys: adding('y'),
    zs: adding('z'),
  },
  {
    'has all of them everywhere': {
      query: '{ a { x } b { y } c { x y } }',
      data: { a: { x }, b: { y }, c: { x, y } },
    },
    'in whatever way they overlap': {
      query: '{ a { x z } b { y z like { x } } c { x y like { y z } } }',
      data: {
        a: { x, z },
        b: { y, z, like: [{ x }, { x }] },
        c: {
          x,
          y,
          like: [
            { y, z },
            { y, z },
          ],
        },
      },
    },
    ...Object.fromEntries(threePlaces()),
  },
);

/** Every choice of x, y and z for a, b and c, each with one field at least. */
function threePlaces(): [string, ConformanceCase][] {
  const choices = [['x'], ['y'], ['z'], ['x', 'y'], ['x', 'z'], ['y', 'z'], ['x', 'y', 'z']];
  return choices.flatMap((a) =>
    choices.flatMap((b) =>
      choices.map((c): [string, ConformanceCase] => {
        const query = `{ a { ${a.join(' ')} } b { ${b.join(' ')} } c { ${c.join(' ')} } }`;
        const values = (fields: string[]) => Object.fromEntries(fields.map((field) => [field, `${field} of 1`]));
        return [`as in ${query}`, { query, data: { a: values(a), b: values(b), c: values(c) } }];
      }),
    ),
  );
}
