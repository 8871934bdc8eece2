import { parse } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { nothingNeeded } from '../authorization/rights.ts';
import { composeSchema } from '../compose.ts';
import { planHere, type PlanSource } from './plan-source.ts';
import { createPlanner, isCompiled, type OperationToCompile } from './planner.ts';
import { planningThread, type PlanningLimits } from './planning-thread.ts';

/** A thread whose plan of a document is what the document says to do. */
const thread = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    const forEver = () => { for (;;); };
    const fill = () => { const all = []; for (;;) all.push(new Array(1e5).fill(all.length)); };
    parentPort.on('message', (document) => {
      if (document === 'for ever') forEver();
      if (document === 'fill the memory') fill();
      parentPort.postMessage(document === 'fail' ? { outcome: 'defect', message: 'no such type' } : { outcome: 'planned', plan: document });
    });
    parentPort.postMessage('ready');
  `)}`,
);

function planning(limits: Partial<PlanningLimits>): PlanSource {
  const source = planningThread({ supergraphSdl: '', pathsLimit: 1, file: thread, limits });
  onTestFinished(() => source.retire());
  return source;
}

test('what is asked at once is planned one after the other', async () => {
  const source = planning({});
  const outcomes = await Promise.all(['a', 'b', 'c'].map((document) => source.plan(document)));
  expect(outcomes).toEqual(['a', 'b', 'c'].map((plan) => ({ outcome: 'planned', plan })));
});

test('a plan that takes too long is given up, and the next ones are made by another thread', async () => {
  const source = planning({ planMs: 50 });
  await source.ready;
  const outcomes = await Promise.all([source.plan('a'), source.plan('for ever'), source.plan('b')]);
  expect(outcomes).toEqual([{ outcome: 'planned', plan: 'a' }, { outcome: 'too complex' }, { outcome: 'planned', plan: 'b' }]);
});

test('so is one that takes too much memory', async () => {
  const source = planning({ planMs: 20_000, heapMiB: 32 });
  expect(await Promise.all([source.plan('fill the memory'), source.plan('b')])).toEqual([
    { outcome: 'too complex' },
    { outcome: 'planned', plan: 'b' },
  ]);
});

test('beyond as many as may wait, others are told to come again', async () => {
  const source = planning({ waiting: 2 });
  const asked = ['a', 'b', 'c'].map((document) => source.plan(document));
  expect(await asked[2]).toEqual({ outcome: 'busy' });
  expect(await Promise.all(asked.slice(0, 2))).toMatchObject([{ plan: 'a' }, { plan: 'b' }]);
});

test('a defect of the planner is thrown, and the next one is planned', async () => {
  const source = planning({});
  const failing = source.plan('fail');
  await expect(failing).rejects.toThrow('no such type');
  expect(await source.plan('a')).toMatchObject({ plan: 'a' });
});

test('a thread that cannot begin says so to all who wait', async () => {
  const source = planningThread({ supergraphSdl: '', pathsLimit: 1, file: new URL('data:text/javascript,throw new Error("broken")') });
  const asked = source.plan('a');
  await expect(source.ready).rejects.toThrow('the planning thread ended');
  await expect(asked).rejects.toThrow('the planning thread ended');
});

test('one that was retired still plans what waits, and what comes later', async () => {
  const source = planning({});
  const asked = source.plan('a');
  source.retire();
  expect(await asked).toMatchObject({ plan: 'a' });
  expect(await source.plan('b')).toMatchObject({ plan: 'b' });
});

test('the real thread makes the plan that is made here', async () => {
  const { supergraph } = await graph();
  const options = { supergraphSdl: supergraph, pathsLimit: 20 };
  const source = planningThread({ ...options, limits: { planMs: 20_000 } });
  const made = await source.plan('{ a }');
  source.retire();
  expect(made).toEqual(await planHere(options).plan('{ a }'));
  expect(made).toMatchObject({ plan: { node: { serviceName: 'one', operation: '{a}' } } });
});

test('an operation is planned once, however many ask for it meanwhile, and a known one is there at once', async () => {
  const { supergraph } = await graph();
  const asked: string[] = [];
  const here = planHere({ supergraphSdl: supergraph, pathsLimit: 20 });
  const plans = { ...here, plan: (document: string) => (asked.push(document), here.plan(document)) };
  const planner = createPlanner({ supergraphSdl: supergraph, plans });
  const request = operation('{ a }');
  const [first, second] = await Promise.all([planner.compile(request), planner.compile(request)]);
  expect(second).toBe(first);
  expect(planner.compile(request)).toBe(first); // no promise: it waits for nothing
  const other = planner.compile(operation('{ b }'));
  expect(planner.compile(request)).toBe(first);
  expect(isCompiled(await other)).toBe(true);
  expect(asked).toHaveLength(2);
});

const graph = () =>
  composeSchema([{ name: 'one', url: 'http://one.invalid', files: [{ name: 'one', text: 'type Query { a: Int  b: Int }' }] }]);

const operation = (query: string): OperationToCompile => ({
  documentKey: query,
  document: parse(query),
  operationName: undefined,
  variables: {},
  inParts: false,
  rights: nothingNeeded,
});
