import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { allLinks } from '#chassis/links.ts';
import { deriveLinkKeys, formatLinkKeys } from '#chassis/internal-token.ts';
import { demoIds } from './personas.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const LINK_KEYS = formatLinkKeys(deriveLinkKeys('test', allLinks));

function run(file: string, env: NodeJS.ProcessEnv, args: string[] = []) {
  const { NODE_ENV: _, ...inherited } = process.env;
  return spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL(file, import.meta.url)), ...args], {
    env: { ...inherited, LOG_FORMAT: 'json', ...env },
  });
}

async function outputOf(child: ReturnType<typeof run>): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

test('the router process serves the committed supergraph and ends with 0 on SIGTERM', async () => {
  await using folder = await temporaryFolder();
  const child = run('index.ts', { LINK_KEYS, ROUTER_PORT: '0', DATA_DIR: folder.path });
  try {
    let port: unknown;
    for await (const line of createInterface(child.stdout)) {
      ({ port } = JSON.parse(line) as { port?: unknown });
      if (port) break;
    }
    const response = await fetch(`http://localhost:${String(port)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __type(name: "Patient") { name } }' }),
    });
    expect(await response.json()).toEqual({ data: { __type: { name: 'Patient' } } });
  } finally {
    child.kill('SIGTERM');
  }
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a configuration that cannot work ends the process with 1 and one sentence', async () => {
  const { code, stdout } = await outputOf(run('index.ts', { LINK_KEYS, NODE_ENV: 'production' }));
  expect(code).toBe(1);
  expect(stdout).toContain('The development issuer does not run in production.');
  expect(stdout).not.toContain('at file:');
});

test('the token command prints a token and nothing else', async () => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await outputOf(run('token-command.ts', { DATA_DIR: folder.path }, ['patient']));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const claims = decodeJwt(stdout.trim());
  expect(claims).toMatchObject({ role: 'PATIENT', patient_id: demoIds.patient });
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(12 * 3_600);
});

test('the token command lists the personas when it does not know one', async () => {
  const { code, stdout, stderr } = await outputOf(run('token-command.ts', {}, ['nurse']));
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('There is no persona "nurse". Personas: patient, practitioner, frontdesk, biller, pharmacy, payer, privacy.');
});
