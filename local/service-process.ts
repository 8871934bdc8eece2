import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from 'pino';

const firstBackOffMs = 200;
const longestBackOffMs = 10_000;
/** A process that ran this long is taken as healthy: its next crash starts the back-off anew. */
const healthyAfterMs = 30_000;
const stopWithinMs = 15_000;

export interface ServiceProcess {
  readonly name: string;
  start(): void;
  /** Stops and starts again, for reload. */
  restart(): Promise<void>;
  /** Stops for good. */
  stop(): Promise<void>;
  readonly pid: number | undefined;
}

/** Keeps one process running: what crashes comes back, after a pause that doubles with each crash in a row. */
export function serviceProcess(options: {
  name: string;
  /** Arguments of Node: flags and the file to run. */
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  log: Logger;
  /** Hears how the process ended when it was not told to. */
  onCrash?: (code: number | null) => void;
}): ServiceProcess {
  const { name, log } = options;
  let child: ChildProcess | undefined;
  let wanted = false;
  let ended = false;
  let crashes = 0;
  let comeBack: NodeJS.Timeout | undefined;

  function start(): void {
    if (ended) return;
    wanted = true;
    const startedAt = Date.now();
    // A group of its own, so that Ctrl+C reaches the supervisor alone; the channel tells it when the supervisor is gone.
    const started = spawn(process.execPath, options.command, {
      env: options.env,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      detached: true,
    });
    child = started;
    started.stderr?.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n')) if (line.trim()) process.stderr.write(`[${name}] ${line}\n`);
    });
    started.once('exit', (code, signal) => {
      if (child === started) child = undefined;
      if (!wanted) return;
      options.onCrash?.(code);
      crashes = Date.now() - startedAt >= healthyAfterMs ? 1 : crashes + 1;
      const pauseMs = Math.min(firstBackOffMs * 2 ** (crashes - 1), longestBackOffMs);
      log.error({ process: name, code, signal, pauseMs }, `${name} ended unexpectedly; it comes back in ${pauseMs} ms`);
      comeBack = setTimeout(start, pauseMs);
    });
  }

  async function halt(): Promise<void> {
    wanted = false;
    clearTimeout(comeBack);
    const stopping = child;
    if (!stopping) return;
    const exited = once(stopping, 'exit');
    stopping.kill('SIGTERM');
    const force = setTimeout(() => {
      log.warn({ process: name }, `${name} did not stop within ${stopWithinMs / 1_000} s and is killed`);
      stopping.kill('SIGKILL');
    }, stopWithinMs);
    await exited;
    clearTimeout(force);
  }

  return {
    name,
    start,
    async stop() {
      ended = true;
      await halt();
    },
    async restart() {
      await halt();
      crashes = 0;
      start();
    },
    get pid() {
      return child?.pid;
    },
  };
}
