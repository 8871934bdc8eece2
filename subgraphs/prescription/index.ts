import { runSubgraph } from '#chassis/run.ts';
import { createPrescriptionSubgraph } from './server.ts';

await runSubgraph('prescription', createPrescriptionSubgraph);
