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
  const system = await startSystem({
    dataFolder: dataFolder(),
    env: process.env,
    log,
    seed: process.env.SEED !== 'none',
    progress: (step) => console.log(`[${seconds().padStart(5)} s] ${step}`),
  });
  const reload = process.argv.includes('--reload') ? reloadOnChange(system.processes, log) : undefined;
  console.log(greeting(system.url, seconds()));

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    console.log('\nstopping; requests under way are finished first');
    reload?.close();
    system.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
});
