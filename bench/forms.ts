import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { subgraphNames } from '#schema/events.ts';
import { freePort } from '../local/embedded-postgres.ts';
import { openDevIssuer } from '../router/dev-issuer.ts';
import { personaClaims } from '../router/personas.ts';

// npm run bench:forms: the two forms of the system on one machine, side by side. Time to the first answer on an empty and on a filled
// folder, memory, and requests per second of the five-service query of the README. 127.0.0.1 only; the load is bounded by time and callers.

const forms = { services: 'local/start.ts', monolith: 'local/monolith.ts' } as const;
type Form = keyof typeof forms;

const rounds = 3;
const callers = 16;
const loadMs = 5_000;
const warmUpMs = 3_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const query = `{ me { patient { name { text } allergies { edges { node { substanceText criticality } } }
  appointments(first: 1, status: [FULFILLED]) { edges { node { startsAt practitioner { displayName }
    visit { status prescriptions { edges { node { status medication { name } } } } charges { status amount { amountMinor currency } } } } } } } } }`;

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** From the start of the program to the first answer of all five services. */
  readonly firstAnswerMs: number;
  readonly answer: string;
  readonly authorization: string;
}

async function start(form: Form, folder: string): Promise<Running> {
  const ports = new Map<string, number>();
  for (const name of ['router', ...subgraphNames]) ports.set(name, await freePort());
  const env: NodeJS.ProcessEnv = { ...process.env, DATA_DIR: folder, LOG_LEVEL: 'warn', LOG_FORMAT: 'json' };
  for (const [name, port] of ports) env[`${name.toUpperCase()}_PORT`] = String(port);
  const url = `http://127.0.0.1:${ports.get('router')}`;
  const token = await tokenFrom(folder);
  const authorization = `Bearer ${token}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', forms[form]], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const pool = new Pool(url);
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${form} ended with ${child.exitCode}`);
      const answer = await ask(pool, authorization).catch(() => null); // nobody listens yet
      if (answer !== null) return { child, url, firstAnswerMs: performance.now() - startedAt, answer, authorization };
      await pause(10);
    }
  } finally {
    await pool.close();
  }
}

async function tokenFrom(folder: string): Promise<string> {
  const persona = personaClaims('patient');
  if ('complaint' in persona) throw new Error(persona.complaint);
  return (await openDevIssuer(join(folder, 'dev-issuer.json'))).issue(persona.claims);
}

/** The answer as text; null when it is not whole. */
async function ask(pool: Pool, authorization: string): Promise<string | null> {
  const { statusCode, body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query }),
  });
  const text = await body.text();
  return statusCode === 200 && !text.includes('"errors"') ? text : null;
}

/** A closed loop: each caller sends its next request when it has its answer. Every answer is compared. */
async function load(
  { url, authorization, answer }: Running,
  durationMs: number,
): Promise<{ perSecond: number; latencies: number[]; failures: number }> {
  const pool = new Pool(url, { connections: callers });
  const latencies: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() - startedAt < durationMs) {
        const sentAt = performance.now();
        if ((await ask(pool, authorization)) === answer) latencies.push(performance.now() - sentAt);
        else failures++;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  return { perSecond: latencies.length / seconds, latencies: latencies.toSorted((a, b) => a - b), failures };
}

/** Processes of the system that run Node, PostgreSQL left out: their resident memory and CPU time. Linux only. */
function usage({ child }: Running): { megabytes: number; cpuMs: number } {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const family = new Set([child.pid]);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const stat of all) if (family.has(stat.parent)) family.add(stat.pid);
  }
  const members = all.filter(({ pid, name }) => family.has(pid) && !/postgres|esbuild/.test(name));
  return {
    megabytes: members.reduce((sum, { megabytes }) => sum + megabytes, 0),
    cpuMs: members.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

function statOf(pid: string): { pid: number; parent: number; name: string; megabytes: number; cpuMs: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const close = text.lastIndexOf(')');
    const fields = text
      .slice(close + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, pages = 0] = [fields[1], fields[11], fields[12], fields[21]];
    return {
      pid: Number(pid),
      parent,
      name: text.slice(text.indexOf('(') + 1, close),
      megabytes: (pages * 4096) / 2 ** 20,
      cpuMs: (user + system) * 10,
    };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null; // it ended meanwhile
    throw error;
  }
}

async function stop({ child }: Running): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

const middle = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const folders = Object.keys(forms).map((form) => [form as Form, mkdtempSync(join(tmpdir(), `telemedicine-bench-${form}-`))] as const);
const seen = new Map<Form, Record<string, number[]>>();
const note = (form: Form, values: Record<string, number>): void => {
  const columns = seen.get(form) ?? {};
  for (const [name, value] of Object.entries(values)) (columns[name] ??= []).push(value);
  seen.set(form, columns);
  console.log(
    `  ${form}: ${Object.entries(values)
      .map(([name, value]) => `${name} ${value.toFixed(1)}`)
      .join(', ')}`,
  );
};

try {
  for (const [form, folder] of folders) {
    const running = await start(form, folder);
    note(form, { 'first answer, empty folder (s)': running.firstAnswerMs / 1_000 });
    await stop(running);
  }
  // The folder of the first form for both, so that the answers are the same.
  const shared = folders[0]?.[1] ?? '';
  const answers = new Set<string>();
  for (let round = 1; round <= rounds; round++) {
    console.log(`round ${round} of ${rounds}`);
    for (const [form] of folders) {
      const running = await start(form, shared);
      answers.add(running.answer);
      const idle = usage(running);
      await load(running, warmUpMs);
      const before = usage(running);
      const { perSecond, latencies, failures } = await load(running, loadMs);
      const after = usage(running);
      note(form, {
        'first answer, filled folder (s)': running.firstAnswerMs / 1_000,
        'memory at rest (MB)': idle.megabytes,
        'memory under load (MB)': after.megabytes,
        'requests/s': perSecond,
        'p50 (ms)': latencies[Math.floor(latencies.length / 2)] ?? Number.NaN,
        'p99 (ms)': latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
        'CPU per request, without PostgreSQL (ms)': (after.cpuMs - before.cpuMs) / latencies.length,
        failures,
      });
      await stop(running);
    }
  }
  if (answers.size !== 1) throw new Error(`the forms answered differently:\n${[...answers].join('\n')}`);
  console.log(`\nThe five-service query of the README, ${callers} callers; medians of ${rounds} rounds`);
  console.table(rows());
} finally {
  for (const [, folder] of folders) rmSync(folder, { recursive: true, force: true });
}

function rows(): Record<string, Record<string, string>> {
  const names = [...new Set([...seen.values()].flatMap((columns) => Object.keys(columns)))];
  return Object.fromEntries(
    names.map((name) => [name, Object.fromEntries([...seen].map(([form, columns]) => [form, middle(columns[name] ?? []).toFixed(1)]))]),
  );
}
