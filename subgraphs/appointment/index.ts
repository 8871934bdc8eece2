import { runSubgraph } from '#chassis/run.ts';
import { createAppointmentSubgraph } from './server.ts';

await runSubgraph('appointment', createAppointmentSubgraph);
