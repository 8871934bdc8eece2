import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';
import type { TokenFacts } from '../identity/claims.ts';
import { longestLifetimeSeconds } from './key-ring.ts';

const content = z.record(z.string(), z.number());

/** What the development issuer has taken back, kept in a file for as long as a token could still be good. */
export interface RevokedTokens {
  has(facts: Pick<TokenFacts, 'id' | 'sessionId'>): boolean;
  revokeToken(id: string): Promise<void>;
  /** Every token of a log-in. */
  revokeSession(sessionId: string): Promise<void>;
}

/** @throws ConfigError when the file holds something else */
export async function openRevokedTokens(file: string, now: () => number): Promise<RevokedTokens> {
  const until = new Map(Object.entries(await readRevoked(file)));
  let writing: Promise<void> = Promise.resolve();
  const revoke = (key: string): Promise<void> => {
    until.set(key, now() + longestLifetimeSeconds * 1_000);
    writing = writing.catch(() => undefined).then(write);
    return writing;
  };
  async function write(): Promise<void> {
    for (const [key, end] of until) if (end <= now()) until.delete(key);
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, JSON.stringify(Object.fromEntries(until)), { mode: 0o600 });
    await rename(draft, file);
  }
  return {
    has: ({ id, sessionId }) => (id !== undefined && until.has(`jti ${id}`)) || (sessionId !== undefined && until.has(`sid ${sessionId}`)),
    revokeToken: (id) => revoke(`jti ${id}`),
    revokeSession: (sessionId) => revoke(`sid ${sessionId}`),
  };
}

async function readRevoked(file: string): Promise<Record<string, number>> {
  try {
    return content.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new ConfigError(`${file} is not a list of revoked tokens of the development issuer. Delete it and a new one is made.`, {
      cause: error,
    });
  }
}
