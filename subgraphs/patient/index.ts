import { runSubgraph } from '#chassis/run.ts';
import { createPatientSubgraph } from './server.ts';

await runSubgraph('patient', createPatientSubgraph);
