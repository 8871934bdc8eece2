import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { subgraphNames } from '#schema/events.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { freePorts } from '../local/embedded-postgres.ts';
import { leftBehind, listening, postmaster, ready, startProgram, type Started } from './program.ts';

// `npm start` as a person meets it: what it says, how it ends, what it leaves behind.

let folder: string;
let ports: Map<string, number>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telemedicine-start-'));
  ports = new Map();
  const free = await freePorts(1 + subgraphNames.length);
  for (const [index, name] of ['router', ...subgraphNames].entries()) ports.set(name, free[index] ?? 0);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const start = (env: NodeJS.ProcessEnv = {}): Started =>
  startProgram('local/start.ts', folder, {
    ...Object.fromEntries([...ports].map(([name, port]) => [`${name.toUpperCase()}_PORT`, String(port)])),
    ...env,
  });

test('it says what it does and where it is; its database and its supervisor may be killed; SIGTERM ends all of it with 0', async () => {
  const started = start();
  await ready(started);
  expect(started.said()).toMatch(/starting PostgreSQL[\s\S]*migrating[\s\S]*The graph is ready after [\d.]+ s/);
  expect(started.said()).toContain(`http://localhost:${ports.get('router')}/graphql`);
  expect(started.said()).toContain('npm run -s token -- ');
  expect(await listening(ports.values())).toHaveLength(6);

  const second = start();
  expect(await second.ended).toBe(1);
  expect(second.said()).toMatch(/Another instance \(process \d+\) runs on/);

  process.kill(postmaster(folder), 'SIGKILL');
  const health = async () => (await fetch(`http://localhost:${ports.get('router')}/health/ready`)).status;
  await eventually(health, (status) => status === 503, 60_000);
  await eventually(health, (status) => status === 200, 60_000);
  expect(started.said()).toContain('PostgreSQL ended unexpectedly');

  started.child.kill('SIGKILL');
  await started.ended;
  await eventually(
    () => listening(ports.values()),
    (still) => still.length === 0,
  );
  const next = start();
  await ready(next);
  expect(next.said()).toContain('The graph is ready');

  next.child.kill('SIGTERM');
  expect(await next.ended).toBe(0);
  expect(await listening(ports.values())).toEqual([]);
  expect(leftBehind(folder)).toEqual([]);
});

test('SIGINT or SIGHUP while it starts leaves nothing behind', async () => {
  const moments = [
    ['SIGINT', 'starting five subgraphs'],
    ['SIGHUP', 'starting PostgreSQL'],
  ] as const;
  for (const [signal, moment] of moments) {
    const started = start();
    await eventually(started.said, (text) => text.includes(moment), 60_000);
    started.child.kill(signal);
    expect(await started.ended).toBe(0);
    expect(await listening(ports.values())).toEqual([]);
    expect(leftBehind(folder)).toEqual([]);
  }
});

test('a taken port is one sentence and exit code 1', async () => {
  const other = createServer().listen(ports.get('visit'));
  await once(other, 'listening');
  const started = start();
  expect(await started.ended).toBe(1);
  expect(started.said().trim()).toBe(
    `Port ${ports.get('visit')}, which the visit needs, is taken by another program. Stop that program, or set VISIT_PORT to another port.`,
  );
  other.close();
});

test.each([
  [
    'a folder that is no cluster',
    'is not empty and not a PostgreSQL cluster',
    () => {
      const cluster = join(folder, 'postgres');
      spawnSync('mkdir', ['-p', join(cluster, 'base')]);
      writeFileSync(join(cluster, 'base', '1259'), 'precious');
      writeFileSync(
        join(folder, 'secrets.json'),
        JSON.stringify({
          postgres: 'a',
          links: 'b',
          prescriptionSigning: 'c',
          databases: Object.fromEntries(subgraphNames.map((name) => [name, 'd'])),
        }),
      );
      return join(cluster, 'base', '1259');
    },
  ],
  [
    'a database without its secrets',
    'secrets.json is missing',
    () => {
      spawnSync('mkdir', ['-p', join(folder, 'postgres')]);
      writeFileSync(join(folder, 'postgres', 'PG_VERSION'), 'precious');
      return join(folder, 'postgres', 'PG_VERSION');
    },
  ],
  [
    'damaged secrets',
    'secrets.json is damaged',
    () => {
      writeFileSync(join(folder, 'secrets.json'), 'precious');
      return join(folder, 'secrets.json');
    },
  ],
] as const)('%s is one sentence and exit code 1, and nothing is changed', async (_what, sentence, prepare) => {
  const precious = prepare();
  const started = start();
  expect(await started.ended).toBe(1);
  expect(started.said()).toContain(sentence);
  expect(started.said()).not.toContain('    at ');
  expect(readFileSync(precious, 'utf8')).toBe('precious');
});

test('a setting that makes no sense ends the start at once, naming the variable', async () => {
  const started = start({ REQUEST_DEADLINE_MS: 'soon' });
  expect(await started.ended).toBe(1);
  expect(started.said()).toContain('REQUEST_DEADLINE_MS');
  expect(leftBehind(folder)).toEqual([]);
});
