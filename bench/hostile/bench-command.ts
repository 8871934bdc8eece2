import { Agent, request } from 'undici';
import { gzipSync } from 'node:zlib';
import { madeUpGraph } from '../../router/testing/made-up-graph.ts';

// npm run -s bench:hostile: how soon what is hostile is refused, and how a usual client fares meanwhile. Both ask one router on this machine.

const seconds = 3;
const targetMs = { refusal: 50, usual: 100 };

const many = (count: number, item: (index: number) => string): string => Array.from({ length: count }, (_, index) => item(index)).join(' ');
const bomb = `{ me { patient { ...F0 } } } ${many(60, (i) => `fragment F${i} on Patient { a: account { patient { ...F${i + 1} } } b: account { patient { ...F${i + 1} } } }`)} fragment F60 on Patient { id }`;
const deep = `{ me { ${'patient { account { '.repeat(60)} id ${'} } '.repeat(60)} } }`;

interface Hostile {
  readonly name: string;
  readonly body: (round: number) => string | Buffer;
  readonly headers?: Record<string, string>;
  /** Answered, not refused: what counts is the usual client. */
  readonly mayPass?: boolean;
}

const query = (text: string, variables?: unknown): (() => string) => {
  const body = JSON.stringify({ query: text, variables });
  return () => body;
};
const zipped = gzipSync(Buffer.alloc(50_000_000, ' '));

const hostile: readonly Hostile[] = [
  { name: 'nothing hostile', body: () => '', mayPass: true },
  { name: 'fragment bomb', body: query(bomb) },
  { name: 'depth', body: query(deep) },
  { name: 'aliases', body: query(`{ ${many(600, (i) => `a${i}: me { role }`)} }`) },
  { name: 'directives', body: query(`{ me { role ${many(600, () => '@skip(if: false)')} } }`) },
  { name: 'tokens', body: query(`{ ${many(100_000, () => 'a')} }`.slice(0, 60_000)) },
  {
    name: 'list sizes by variables',
    body: query('query Q($n: Int) { patients(first: $n) { edges { node { appointments(first: $n) { edges { node { id } } } } } } }', {
      n: 100,
    }),
  },
  { name: '10 MB body', body: query(`{ me { role } } #${'x'.repeat(10_000_000)}`) },
  { name: 'gzip bomb', body: () => zipped, headers: { 'content-encoding': 'gzip' } },
  {
    name: 'prototype keys',
    body: () =>
      '{"query":"query Q($n: Int) { medications(first: $n) { edges { node { id } } } }","variables":{"__proto__":{"n":1},"n":{"__proto__":1}}}',
  },
  {
    name: 'deep JSON',
    body: () =>
      `{"query":"query Q($n: Int) { medications(first: $n) { edges { node { id } } } }","variables":{"n":${'['.repeat(400_000)}${']'.repeat(400_000)}}}`,
  },
  {
    name: 'new documents without end',
    body: (round) =>
      JSON.stringify({
        query: `query New${round} { me { role patient { id appointments(first: 5) { edges { node { id visit { id } } } } } } }`,
      }),
    mayPass: true,
  },
];

const usual = JSON.stringify({
  query:
    'query Usual { me { patient { id name { text } appointments(first: 5) { edges { node { id status practitioner { displayName } } } } } } }',
});

const router = await madeUpGraph();
const url = `http://127.0.0.1:${router.port}/graphql`;
const headers = { 'content-type': 'application/json', authorization: 'Bearer good' };

async function ask(dispatcher: Agent, body: string | Buffer, more: Record<string, string> = {}): Promise<{ ms: number; codes: string }> {
  const startedAt = performance.now();
  const response = await request(url, { method: 'POST', headers: { ...headers, ...more }, body, dispatcher });
  const text = await response.body.text();
  return { ms: performance.now() - startedAt, codes: /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? String(response.statusCode) };
}

const percentile = (times: readonly number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Number.NaN;
const column = (value: number): string => `${value.toFixed(1)} ms`.padStart(10);

const warm = new Agent({ connections: 2 });
for (let round = 0; round < 200; round++) await ask(warm, usual);
await warm.close();

console.log(`${'what comes'.padEnd(28)} ${'p50'.padStart(10)} ${'p99'.padStart(10)} ${'usual p99'.padStart(10)}  refused with`);
let missed = 0;
let round = 0;
for (const { name, body, headers: more, mayPass = false } of hostile) {
  const usualAgent = new Agent({ connections: 1 });
  const hostileAgent = new Agent({ connections: 1 });
  const end = performance.now() + seconds * 1_000;
  const usualMs: number[] = [];
  const hostileMs: number[] = [];
  let codes = '';
  const usualClient = async (): Promise<void> => {
    while (performance.now() < end) {
      usualMs.push((await ask(usualAgent, usual)).ms);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const hostileClient = async (): Promise<void> => {
    while (body(0).length > 0 && performance.now() < end) {
      const answer = await ask(hostileAgent, body(round++), more).catch((error: NodeJS.ErrnoException) => ({
        ms: Number.NaN,
        codes: error.code ?? error.message,
      }));
      if (!Number.isNaN(answer.ms)) hostileMs.push(answer.ms);
      codes = answer.codes;
    }
  };
  await Promise.all([usualClient(), hostileClient()]);
  await Promise.all([usualAgent.close(), hostileAgent.destroy()]);
  const p99 = percentile(usualMs, 0.99);
  if (p99 > targetMs.usual || (!mayPass && percentile(hostileMs, 0.99) > targetMs.refusal)) missed += 1;
  console.log(`${name.padEnd(28)} ${column(percentile(hostileMs, 0.5))} ${column(percentile(hostileMs, 0.99))} ${column(p99)}  ${codes}`);
}
await router.close();
console.log(`Targets: refused within ${targetMs.refusal} ms, usual client within ${targetMs.usual} ms; ${missed} missed.`);
