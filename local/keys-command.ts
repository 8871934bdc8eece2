import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { subgraphNames } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { formatLinkKeys } from '#chassis/internal-token.ts';
import { allLinks, linksOf } from '#chassis/links.ts';
import { devIssuerFile } from '../router/config.ts';
import { openDevIssuer } from '../router/dev-issuer.ts';
import { rotateKeys } from '../router/dev-issuer/key-ring.ts';
import { runCommand } from './command.ts';
import { newKek } from './data-keks.ts';

// npm run keys: writes fresh passwords and keys for docker-compose.yml to .env. Keep the file: the databases, what is
// encrypted in them and the signatures on prescriptions depend on it, so of one that exists nothing is ever changed; what
// a newer version needs besides is added.
// npm run keys -- rotate-issuer: gives the development issuer a new key, with the router running or not.

const usage = `Usage: npm run keys                      passwords and keys for containers, into .env
       npm run keys -- rotate-issuer     a new key for the development issuer; tokens of the old one stay good`;

const secret = () => randomBytes(32).toString('base64url');

/** One random key per link; each process is given those of its own links only. */
const linkKeys = new Map(allLinks.map((link) => [link, new Uint8Array(randomBytes(32))]));
const keysOf = (name: string) => formatLinkKeys(new Map([...linkKeys].filter(([link]) => linksOf(name).includes(link))));

const lines = [
  ...subgraphNames.map((name) => `${name.toUpperCase()}_DATABASE_PASSWORD=${secret()}`),
  ...['router', ...subgraphNames].map((name) => `${name.toUpperCase()}_LINK_KEYS=${keysOf(name)}`),
  `PRESCRIPTION_SIGNING_KEY=${secret()}`,
  ...subgraphNames.map((name) => `${name.toUpperCase()}_DATA_KEKS=${newKek(new Date())}`),
];

function writeEnvironmentFile(): void {
  if (!existsSync('.env')) {
    writeFileSync('.env', `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
    return console.log('wrote .env: passwords and keys, readable by you only');
  }
  const names = new Set(readFileSync('.env', 'utf8').split('\n').map(nameOf));
  const missing = lines.filter((line) => !names.has(nameOf(line)));
  if (missing.length === 0) return console.log('.env has every password and key already: nothing to do');
  appendFileSync('.env', `\n${missing.join('\n')}\n`);
  console.log(`added to .env: ${missing.map(nameOf).join(', ')}`);
}

async function rotateIssuer(): Promise<void> {
  const file = devIssuerFile(process.env);
  await openDevIssuer(file); // makes the first key when there is none, and refuses production
  const { kid, signsFrom } = await rotateKeys(file, Date.now());
  console.log(
    `key ${kid} is published now and signs from ${new Date(signsFrom).toISOString()} on; the one before it stays until its tokens have ended`,
  );
}

await runCommand(async () => {
  const [action] = process.argv.slice(2);
  if (action === undefined) return writeEnvironmentFile();
  if (action === 'rotate-issuer') return rotateIssuer();
  throw new ConfigError(`"${action}" is nothing that can be done with keys.\n${usage}`);
});

function nameOf(line: string): string {
  return line.split('=', 1)[0]?.trim() ?? '';
}
