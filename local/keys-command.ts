import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { subgraphNames } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { formatLinkKeys } from '#chassis/internal-token.ts';
import { allLinks, linksOf } from '#chassis/links.ts';
import { runCommand } from './command.ts';

// npm run keys: writes fresh passwords and keys for docker-compose.yml to .env, once. Keep the file: the databases and the
// signatures on prescriptions depend on it, so one that exists is never overwritten.

const secret = () => randomBytes(32).toString('base64url');

/** One random key per link; each process is given those of its own links only. */
const linkKeys = new Map(allLinks.map((link) => [link, new Uint8Array(randomBytes(32))]));
const keysOf = (name: string) => formatLinkKeys(new Map([...linkKeys].filter(([link]) => linksOf(name).includes(link))));

const lines = [
  ...subgraphNames.map((name) => `${name.toUpperCase()}_DATABASE_PASSWORD=${secret()}`),
  ...['router', ...subgraphNames].map((name) => `${name.toUpperCase()}_LINK_KEYS=${keysOf(name)}`),
  `PRESCRIPTION_SIGNING_KEY=${secret()}`,
];
await runCommand(async () => {
  try {
    writeFileSync('.env', `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new ConfigError('.env exists already. Databases depend on the passwords in it: move it away yourself if you want new ones.');
  }
  console.log('wrote .env: passwords and keys, readable by you only');
});
