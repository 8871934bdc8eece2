import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { newKek } from './data-keks.ts';

/** Where everything that must survive a restart is kept: `.data/` beside package.json, or DATA_DIR. */
export const dataFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  resolve(env.DATA_DIR || fileURLToPath(new URL('../.data', import.meta.url)));

/** Where the heads of the audit chains are kept, outside of the databases: beside the cluster, or AUDIT_ANCHOR_FILE. */
export const anchorFile = (folder: string, env: NodeJS.ProcessEnv = process.env): string =>
  env.AUDIT_ANCHOR_FILE || join(folder, 'audit-anchors.jsonl');

const secretsSchema = z.object({
  postgres: z.string(),
  databases: z.record(z.enum(subgraphNames), z.string()),
  links: z.string(),
  prescriptionSigning: z.string(),
  /** Key-encryption keys, the current one first: `id=base64url,…`. Those of the subgraphs are derived from them. */
  dataKeks: z.string(),
});
/** A folder of an older version has none yet. */
const storedSecretsSchema = secretsSchema.partial({ dataKeks: true });
export type Secrets = Omit<z.infer<typeof secretsSchema>, 'databases'> & { databases: Record<SubgraphName, string> };

const unusable = new Set(['EEXIST', 'ENOTDIR', 'ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ELOOP', 'ENAMETOOLONG']);

/** @throws ConfigError when `touch` finds that the folder is a file, is not ours or is on a read-only disk */
function inFolder<T>(folder: string, touch: () => T): T {
  try {
    return touch();
  } catch (error) {
    if (!unusable.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new ConfigError(`DATA_DIR ${folder} is not a folder that can be written. Choose another.`);
  }
}

const secret = () => randomBytes(32).toString('base64url');

/** Passwords and keys of this installation, made on the first start; readable by the owner only. */
export function readSecrets(folder: string): Secrets {
  const file = join(folder, 'secrets.json');
  if (!existsSync(file)) {
    if (existsSync(join(folder, 'postgres'))) {
      throw new ConfigError(
        `${folder} has a database but its secrets.json is missing. Put it back, or delete the folder to start anew (this deletes the data).`,
      );
    }
    inFolder(folder, () => mkdirSync(folder, { recursive: true }));
    const made: Secrets = {
      postgres: secret(),
      databases: Object.fromEntries(subgraphNames.map((name) => [name, secret()])) as Record<SubgraphName, string>,
      links: secret(),
      prescriptionSigning: secret(),
      dataKeks: newKek(new Date()),
    };
    writeSecrets(folder, made);
    return made;
  }
  let stored: z.infer<typeof storedSecretsSchema>;
  try {
    stored = storedSecretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new ConfigError(`${file} is damaged. Restore it, or delete ${folder} to start anew (this deletes the data).`);
  }
  const { dataKeks } = stored;
  if (dataKeks !== undefined) return { ...stored, dataKeks };
  const completed = { ...stored, dataKeks: newKek(new Date()) };
  writeSecrets(folder, completed);
  return completed;
}

/** Whether the folder has keys of an installation. */
export const hasSecrets = (folder: string): boolean => existsSync(join(folder, 'secrets.json'));

/** Whole or not at all: without its keys the data is lost. */
export function writeSecrets(folder: string, secrets: Secrets): void {
  const file = join(folder, 'secrets.json');
  inFolder(folder, () => {
    writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  });
}

/** What other commands need to know of a running system. */
const runtimeSchema = z.object({ pid: z.number(), startedAt: z.string().nullable(), postgresPort: z.number().nullable() });
export type Runtime = z.infer<typeof runtimeSchema>;

const lockFile = (folder: string) => join(folder, 'running.json');

/** The system that runs on this folder, or null. A file left behind by a crash does not count. */
export function runningSystem(folder: string): Runtime | null {
  try {
    const runtime = runtimeSchema.parse(JSON.parse(readFileSync(lockFile(folder), 'utf8')));
    return runtime.pid !== process.pid && isAlive(runtime.pid) && runtime.startedAt === startOf(runtime.pid) ? runtime : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** When a process started, in the kernel's words: a process id is used again, the pair is not. Null where there is no /proc. */
function startOf(pid: number): string | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  const [, fields = ''] = readFileSync(file, 'utf8').split(/\) (?=[A-Z] )/);
  return fields.split(' ')[19] ?? null;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export interface FolderLock {
  /** Tells other commands where the database listens. */
  announce(postgresPort: number | null): void;
  release(): void;
}

/** @throws ConfigError when another instance runs on the folder, or the folder cannot be written */
export function lockFolder(folder: string): FolderLock {
  inFolder(folder, () => mkdirSync(folder, { recursive: true }));
  const file = lockFile(folder);
  const running = runningSystem(folder);
  if (running)
    throw new ConfigError(`Another instance (process ${running.pid}) runs on ${folder}. Stop it first, or set DATA_DIR to another folder.`);
  const draft = `${file}.${process.pid}`;
  const write = (postgresPort: number | null) =>
    writeFileSync(draft, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid), postgresPort } satisfies Runtime));
  inFolder(folder, () => write(null));
  rmSync(file, { force: true }); // left behind by a crash
  try {
    linkSync(draft, file); // whole or not at all, and the first of two wins
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new ConfigError(`Another instance was started on ${folder} at the same moment.`);
    throw error;
  } finally {
    rmSync(draft);
  }
  return {
    announce(postgresPort) {
      write(postgresPort);
      renameSync(draft, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}
