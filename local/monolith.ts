import { runInForeground } from './foreground.ts';
import { startOneProcess } from './one-process.ts';

// npm run start:monolith: the whole system in one process. In a container: node local/monolith.ts, with every DATABASE_URL_… set.

await runInForeground(startOneProcess);
