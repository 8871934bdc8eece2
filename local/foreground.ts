import { createLogger } from '#chassis/log.ts';
import { runCommand } from './command.ts';
import { dataFolder } from './data-folder.ts';
import { greeting } from './greeting.ts';
import type { System, SystemOptions } from './open-data.ts';

/**
 * Runs the system for the person at the terminal (or the container): says what it does and where it is, until Ctrl+C, SIGTERM or a closed
 * terminal; then stops it, with requests under way finished.
 * @param started what else goes on while it runs
 */
export async function runInForeground<S extends System>(
  start: (options: SystemOptions) => Promise<S>,
  started: (system: S) => { close(): void } | undefined = () => undefined,
): Promise<void> {
  await runCommand(async () => {
    const startedAt = performance.now();
    const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);

    // From the first moment on: what was started so far must not outlive this process. SIGHUP is a closed terminal.
    const interrupted = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

    const starting = start({
      dataFolder: dataFolder(),
      env: process.env,
      log: createLogger('supervisor'),
      seed: wantsSeed(process.env),
      signal: interrupted.signal,
      progress: (step) => console.log(`[${seconds().padStart(5)} s] ${step}`),
    });
    const system = await starting.catch((error: unknown) => {
      if (!interrupted.signal.aborted) throw error;
      console.log('stopped while starting');
      process.exit(0);
    });
    const beside = started(system);
    console.log(greeting({ url: system.url, seconds: seconds(), dataDir: process.env.DATA_DIR && dataFolder() }));

    if (!interrupted.signal.aborted) await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve, { once: true }));
    console.log('\nstopping; requests under way are finished first');
    beside?.close();
    await system.stop();
    process.exit(0);
  });
}

/** Demo people have no business in production. */
const wantsSeed = (env: NodeJS.ProcessEnv): boolean => (env.SEED ? env.SEED !== 'none' : env.NODE_ENV !== 'production');
