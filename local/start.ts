import { createLogger } from '#chassis/log.ts';
import { dataFolder } from './data-folder.ts';
import { runCommand } from './command.ts';
import { greeting } from './greeting.ts';
import { reloadOnChange } from './reload.ts';
import { startSystem } from './system.ts';

// npm start, and with --reload npm run dev.

await runCommand(async () => {
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
  const log = createLogger('supervisor');
  const reloading = process.argv.includes('--reload');

  // From the first moment on: what was started so far must not outlive this process. SIGHUP is a closed terminal.
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

  const starting = startSystem({
    dataFolder: dataFolder(),
    env: process.env,
    log,
    seed: process.env.SEED !== 'none',
    fromSource: reloading,
    signal: interrupted.signal,
    progress: (step) => console.log(`[${seconds().padStart(5)} s] ${step}`),
  });
  const system = await starting.catch((error: unknown) => {
    if (!interrupted.signal.aborted) throw error;
    console.log('stopped while starting');
    process.exit(0);
  });
  const reload = reloading ? reloadOnChange(system.processes, log) : undefined;
  console.log(greeting({ url: system.url, seconds: seconds(), dataDir: process.env.DATA_DIR && dataFolder() }));

  if (!interrupted.signal.aborted) await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve, { once: true }));
  console.log('\nstopping; requests under way are finished first');
  reload?.close();
  await system.stop();
  process.exit(0);
});
