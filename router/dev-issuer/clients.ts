import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { z } from 'zod';
import { ConfigError } from '#chassis/config.ts';
import { demoClients } from '../personas.ts';
import type { PersonaName } from '../personas.ts';

/** A program that the development issuer knows. */
export type Client =
  | {
      readonly kind: 'public';
      readonly id: string;
      /** Whom one can log in as. */
      readonly personas: readonly PersonaName[];
    }
  | {
      readonly kind: 'confidential';
      readonly id: string;
      readonly publicKey: JWK;
      /** As whom it acts for itself; null for one that only asks about tokens. */
      readonly persona: PersonaName | null;
    };

/** Asks the issuer about tokens of others, as a resource server does. */
const resourceServer = 'demo-resource-server';

const confidential: Readonly<Record<string, PersonaName | null>> = {
  [demoClients.pharmacy]: 'pharmacy',
  [demoClients.payer]: 'payer',
  [resourceServer]: null,
};

const publicClients: readonly Client[] = [
  { kind: 'public', id: demoClients.patientPortal, personas: ['patient'] },
  { kind: 'public', id: demoClients.clinicApp, personas: ['practitioner', 'frontdesk', 'biller', 'privacy'] },
];

const algorithm = 'ES384'; // SMART Backend Services wants it of every server
const keyPairs = z.record(z.string(), z.looseObject({ kty: z.literal('EC'), kid: z.string(), d: z.string() }));

/**
 * The demo clients by id. The private keys of the confidential ones are in `file` (JWKs by client id, mode 0600), made when they are not there.
 * @throws ConfigError when the file holds something else
 */
export async function openClients(file: string): Promise<ReadonlyMap<string, Client>> {
  const pairs = await readPairs(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return makePairs(file);
    throw error;
  });
  const withKeys = Object.entries(confidential).map(([id, persona]): Client => {
    const pair = pairs[id];
    if (!pair) throw new ConfigError(`${file} has no key of ${id}. Delete it and new ones are made.`);
    const { d: _, ...publicKey } = pair;
    return { kind: 'confidential', id, persona, publicKey };
  });
  return new Map([...publicClients, ...withKeys].map((client) => [client.id, client]));
}

/** May a client know what another client's token is about? */
export const mayIntrospect = (client: Client, tokenOf: string | undefined): boolean =>
  client.kind === 'confidential' && (client.id === resourceServer || client.id === tokenOf);

async function readPairs(file: string): Promise<z.infer<typeof keyPairs>> {
  const text = await readFile(file, 'utf8');
  try {
    return keyPairs.parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigError(`${file} does not hold the keys of the demo clients. Delete it and new ones are made.`, { cause: error });
  }
}

async function makePairs(file: string): Promise<z.infer<typeof keyPairs>> {
  const pairs = Object.fromEntries(
    await Promise.all(
      Object.keys(confidential).map(async (id) => {
        const jwk = await exportJWK((await generateKeyPair(algorithm, { extractable: true })).privateKey);
        return [id, { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: algorithm }] as const;
      }),
    ),
  );
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(draft, JSON.stringify(pairs, null, 2), { mode: 0o600 });
  try {
    await link(draft, file); // whole or not at all, and the first of two processes wins
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft);
  }
  return readPairs(file);
}
