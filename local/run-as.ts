import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

interface Account {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. Started by root, it runs as `postgres` where the machine has that user, else as `nobody`.
 * Null when this process is not root.
 */
export function databaseAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const account = accounts.get('postgres') ?? accounts.get('nobody');
  if (!account)
    throw new Error('PostgreSQL cannot run as root, and this machine has neither a user "postgres" nor "nobody". Start as another user.');
  return account;
}

/** May others pass through every folder above the path? `mktemp -d` and /root do not let them. */
function reachableByOthers(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Starts a program as the given account. Where a folder above `paths` is closed to others, it gets the capability to pass
 * through folders (and nothing else): the data and the binaries stay where the checkout is.
 */
export function spawnAs(
  account: Account | null,
  paths: readonly string[],
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  if (!account) return spawn(command, args, options);
  if (paths.every(reachableByOthers)) return spawn(command, args, { ...options, uid: account.uid, gid: account.gid });
  if (!existsSync('/usr/bin/setpriv')) {
    throw new Error(
      `${paths.find((path) => !reachableByOthers(path))} lies below a folder that only root may enter. Move the checkout, or start as another user.`,
    );
  }
  const capability = '+dac_read_search';
  const drop = [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    `--inh-caps=${capability}`,
    `--ambient-caps=${capability}`,
    '--securebits=+no_setuid_fixup', // so that access(2), by which initdb looks for its programs, counts the capability,
  ];
  return spawn('/usr/bin/setpriv', [...drop, command, ...args], options);
}
