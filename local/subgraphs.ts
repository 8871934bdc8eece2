import type { SubgraphName } from '#schema/events.ts';
import type { Subgraph, SubgraphOptions } from '#chassis/subgraph.ts';
import { createAppointmentSubgraph } from '../subgraphs/appointment/server.ts';
import { createBillingSubgraph } from '../subgraphs/billing/server.ts';
import { createPatientSubgraph } from '../subgraphs/patient/server.ts';
import { createPrescriptionSubgraph } from '../subgraphs/prescription/server.ts';
import { createVisitSubgraph } from '../subgraphs/visit/server.ts';

/** How each subgraph is built, for programs that run all of them. */
export const createSubgraph: Readonly<Record<SubgraphName, (options: SubgraphOptions) => Promise<Subgraph>>> = {
  patient: createPatientSubgraph,
  appointment: createAppointmentSubgraph,
  visit: createVisitSubgraph,
  prescription: createPrescriptionSubgraph,
  billing: createBillingSubgraph,
};
