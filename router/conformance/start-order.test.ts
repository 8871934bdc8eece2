import { describe, expect, test } from 'vitest';
import { startGraph, type SubgraphDescription } from './graph.ts';

/** A promise that somebody else keeps. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

const entity = (type: string, id: string, fields: object) => ({ data: { _entities: [{ __typename: type, id, ...fields }] } });

/** Two roots; what is below them is asked of `names`. */
function twoRoots(slowAnswers: Promise<void>, asked: (ids: readonly string[]) => void): Record<string, SubgraphDescription> {
  return {
    fast: {
      sdl: 'type Query { fast: Fast }  type Fast @key(fields: "id") { id: ID! }',
      answer: () => ({ data: { fast: { __typename: 'Fast', id: 'f' } } }),
    },
    slow: {
      sdl: 'type Query { slow: Slow }  type Slow @key(fields: "id") { id: ID! }',
      async answer() {
        await slowAnswers;
        return { data: { slow: { __typename: 'Slow', id: 's' } } };
      },
    },
    names: {
      sdl: `type Fast @key(fields: "id") { id: ID!  name: String }  type Slow @key(fields: "id") { id: ID!  name: String }`,
      answer({ variables }) {
        const lists = Object.entries(variables).filter(([name]) => name.startsWith('representations'));
        asked(lists.flatMap(([, list]) => (list as { id: string }[]).map(({ id }) => id)));
        const answered = lists.map(([name, list]) => [
          name.replace('representations', '_entities'),
          (list as { __typename: string; id: string }[]).map(({ __typename, id }) => ({ __typename, name: `name of ${id}` })),
        ]);
        return { data: Object.fromEntries(answered) as object };
      },
    },
  };
}

describe('a fetch whose inputs are there', () => {
  test('starts though another subgraph of the wave before has not answered', async () => {
    const released = signal();
    const graph = await startGraph({
      ...twoRoots(released.given, () => undefined),
      // Answers when it is asked: if it waited for the slow root, nobody would ever release that one.
      sizes: {
        sdl: 'type Fast @key(fields: "id") { id: ID!  size: Int }',
        answer() {
          released.give();
          return entity('Fast', 'f', { size: 7 });
        },
      },
    });
    const { body } = await graph.ask({ query: '{ fast { size } slow { name } }' });
    expect(body).toEqual({ data: { fast: { size: 7 }, slow: { name: 'name of s' } } });
    await graph.close();
  });

  test('goes out with others to its subgraph when theirs come soon', async () => {
    const requests: (readonly string[])[] = [];
    const graph = await startGraph(twoRoots(Promise.resolve(), (ids) => void requests.push(ids)));
    const { body } = await graph.ask({ query: '{ fast { name } slow { name } }' });
    expect(body).toEqual({ data: { fast: { name: 'name of f' }, slow: { name: 'name of s' } } });
    expect(requests).toEqual([['f', 's']]);
    await graph.close();
  });

  test('does not hang when the input of those it goes out with does', async () => {
    const released = signal();
    const requests: (readonly string[])[] = [];
    const graph = await startGraph(
      twoRoots(released.given, (ids) => {
        requests.push(ids);
        released.give();
      }),
    );
    const { body } = await graph.ask({ query: '{ fast { name } slow { name } }' });
    expect(body).toEqual({ data: { fast: { name: 'name of f' }, slow: { name: 'name of s' } } });
    expect(requests).toEqual([['f'], ['s']]);
    await graph.close();
  });
});
