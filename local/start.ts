import { createLogger } from '#chassis/log.ts';
import { runInForeground } from './foreground.ts';
import { reloadOnChange } from './reload.ts';
import { startSystem } from './system.ts';

// npm start, and with --reload npm run dev.

const reloading = process.argv.includes('--reload');

await runInForeground(
  (options) => startSystem({ ...options, fromSource: reloading }),
  ({ processes }) => (reloading ? reloadOnChange(processes, createLogger('supervisor')) : undefined),
);
