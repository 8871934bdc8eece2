import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';

/** Where everything that must survive a restart is kept: `.data/` beside package.json, or DATA_DIR. */
export const dataFolder = (env: NodeJS.ProcessEnv = process.env): string => resolve(env.DATA_DIR ?? new URL('../.data', import.meta.url).pathname);

const secretsSchema = z.object({
  postgres: z.string(),
  databases: z.record(z.enum(subgraphNames), z.string()),
  links: z.string(),
  prescriptionSigning: z.string(),
});
export type Secrets = Omit<z.infer<typeof secretsSchema>, 'databases'> & { databases: Record<SubgraphName, string> };

const secret = () => randomBytes(32).toString('base64url');

/** Passwords and keys of this installation, made on the first start; readable by the owner only. */
export function readSecrets(folder: string): Secrets {
  const file = join(folder, 'secrets.json');
  if (!existsSync(file)) {
    if (existsSync(join(folder, 'postgres'))) {
      throw new ConfigError(`${folder} has a database but its secrets.json is missing. Put it back, or delete the folder to start anew (this deletes the data).`);
    }
    mkdirSync(folder, { recursive: true });
    const made: Secrets = {
      postgres: secret(),
      databases: Object.fromEntries(subgraphNames.map((name) => [name, secret()])) as Record<SubgraphName, string>,
      links: secret(),
      prescriptionSigning: secret(),
    };
    writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 });
    return made;
  }
  try {
    return secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) as Secrets;
  } catch {
    throw new ConfigError(`${file} is damaged. Restore it, or delete ${folder} to start anew (this deletes the data).`);
  }
}

/** What other commands need to know of a running system. */
const runtimeSchema = z.object({ pid: z.number(), postgresPort: z.number().nullable() });
export type Runtime = z.infer<typeof runtimeSchema>;

const lockFile = (folder: string) => join(folder, 'running.json');

/** The system that runs on this folder, or null. A file left behind by a crash does not count. */
export function runningSystem(folder: string): Runtime | null {
  try {
    const runtime = runtimeSchema.parse(JSON.parse(readFileSync(lockFile(folder), 'utf8')));
    return runtime.pid !== process.pid && isAlive(runtime.pid) ? runtime : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
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

/** @throws ConfigError when another instance runs on the folder */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const file = lockFile(folder);
  const running = runningSystem(folder);
  if (running) throw new ConfigError(`Another instance (process ${running.pid}) runs on ${folder}. Stop it first, or set DATA_DIR to another folder.`);
  rmSync(file, { force: true });
  const write = (postgresPort: number | null, flag: 'w' | 'wx') => writeFileSync(file, JSON.stringify({ pid: process.pid, postgresPort } satisfies Runtime), { flag });
  try {
    write(null, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new ConfigError(`Another instance was started on ${folder} at the same moment.`);
    throw error;
  }
  return { announce: (postgresPort) => write(postgresPort, 'w'), release: () => rmSync(file, { force: true }) };
}
