import { runSubgraph } from '#chassis/run.ts';
import { createVisitSubgraph } from './server.ts';

await runSubgraph('visit', createVisitSubgraph);
