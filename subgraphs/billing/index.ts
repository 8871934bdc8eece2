import { runSubgraph } from '#chassis/run.ts';
import { createBillingSubgraph } from './server.ts';

await runSubgraph('billing', createBillingSubgraph);
