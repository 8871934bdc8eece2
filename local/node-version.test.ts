import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const { complaint } = createRequire(import.meta.url)('./node-version.cjs') as {
  complaint: (range: string, version: string) => string | undefined;
};
const { engines, scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  engines: { node: string };
  scripts: Record<string, string>;
};

test.each([
  ['14.21.3', false],
  ['18.20.8', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['20.20.2', true],
  ['21.7.3', false],
  ['22.11.0', false],
  ['22.12.0', true],
  ['23.11.1', false],
  ['24.0.0', true],
  ['26.3.1', true],
])('Node.js %s: %s', (version, will) => {
  expect(complaint(engines.node, version) === undefined).toBe(will);
});

test('a range of another form is an error and not an answer', () => {
  expect(() => complaint('20.x', '20.19.0')).toThrow('does not know');
});

test('the command says one sentence and ends with 1', () => {
  const old = "Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } });";
  const run = spawnSync(
    process.execPath,
    ['--require', `data:text/javascript,${old}`.replace(/.*/s, () => `${root}local/node-version.cjs`), '--eval', ''],
    { encoding: 'utf8' },
  );
  expect(run.status).toBe(0);
});

test('starting asks for the version first', () => {
  for (const name of ['start', 'dev'] as const) expect(scripts[name]).toMatch(/^node local\/node-version\.cjs && exec node /);
});
