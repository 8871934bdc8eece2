import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { subgraphNames } from '#schema/events.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { freePorts } from '../local/embedded-postgres.ts';
import { leftBehind, listening, postmaster, ready, startProgram, type Started } from './program.ts';

// `npm run start:monolith` as a person meets it. What it shares with `npm start` is shown in start.test.ts.

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

const start = (entry = 'local/monolith.ts', env: NodeJS.ProcessEnv = {}): Started =>
  startProgram(entry, folder, {
    ...Object.fromEntries([...ports].map(([name, port]) => [`${name.toUpperCase()}_PORT`, String(port)])),
    ...env,
  });

test('one process that listens at the port of the router only, survives its database, and ends with 0', async () => {
  const started = start();
  await ready(started);
  expect(started.said()).toMatch(/starting PostgreSQL[\s\S]*migrating[\s\S]*in this process[\s\S]*The graph is ready after [\d.]+ s/);
  expect(started.said()).toContain(`http://localhost:${ports.get('router')}/graphql`);
  expect(await listening(ports.values())).toEqual([ports.get('router')]);

  const services = start('local/start.ts');
  expect(await services.ended).toBe(1);
  expect(services.said()).toMatch(/Another instance \(process \d+\) runs on/);

  process.kill(postmaster(folder), 'SIGKILL');
  const health = async () => (await fetch(`http://localhost:${ports.get('router')}/health/ready`)).status;
  await eventually(health, (status) => status === 503, 60_000);
  await eventually(health, (status) => status === 200, 60_000);
  expect(started.said()).toContain('PostgreSQL ended unexpectedly');

  started.child.kill('SIGTERM');
  expect(await started.ended).toBe(0);
  expect(await listening(ports.values())).toEqual([]);
  expect(leftBehind(folder)).toEqual([]);
});

test.each([
  ['the development issuer in production', { NODE_ENV: 'production' }, 'The development issuer does not run in production.'],
  ['a setting that makes no sense', { DATABASE_POOL: '1' }, 'DATABASE_POOL'],
])('%s ends the start at once, with a sentence', async (_what, env, sentence) => {
  const started = start('local/monolith.ts', env);
  expect(await started.ended).toBe(1);
  expect(started.said()).toContain(sentence);
  expect(started.said()).not.toContain('    at ');
  expect(leftBehind(folder)).toEqual([]);
});
