import type { Logger } from 'pino';
import { ConfigError } from './config.ts';

/** Ends this process when its supervisor is gone, from its first line on: nobody would stop it later. */
export function endWithSupervisor(): void {
  if (!process.send) return;
  if (!process.connected) process.exit(1);
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}

/** Runs `stop` once on SIGTERM or SIGINT and exits with 0; with 1 when stopping failed. */
export function onTermination(log: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const terminate = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', terminate);
  process.on('SIGINT', terminate);
}

/** Says in one sentence why a process cannot start and ends it. */
export function reportStartFailure(log: Logger, name: string, error: unknown): never {
  log.fatal(error instanceof ConfigError ? {} : { err: error }, `${name} cannot start: ${startFailure(error)}`);
  process.exit(1);
}

/** The sentence for people: what is wrong and what to do. */
export function startFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is taken by another program. Stop it, or set another port (see README, Configuration).`;
  if (code === 'EACCES' && port) return `port ${port} may not be opened by this user. Choose a port above 1023.`;
  if (code === 'ECONNREFUSED') return `nothing listens at ${error.message.replace(/^.*ECONNREFUSED /, '')}. Is the database running?`;
  return error.message;
}
