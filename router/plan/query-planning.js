import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse } from 'graphql';

// JavaScript, because a thread begins here: Node 20 reads no TypeScript by itself, and a loader in the thread costs half a second.

// The planner gives up with these instead of planning for seconds.
const planningLimit = /^(Too many options generated for|Number of non-local selections exceeds|Exceeded maximum recursive selections)/;

export function queryPlanning({ supergraphSdl, pathsLimit }) {
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: null, validateSupergraph: false }); // authorization/ refuses what is not done
  const planner = new QueryPlanner(supergraph, {
    debug: { pathsLimit },
    incrementalDelivery: { enableDefer: true },
    generateQueryFragments: false,
    reuseQueryFragments: false, // what a fetch may write is read from its fields
  });
  const schema = supergraph.apiSchema();
  return (document) => {
    try {
      return { outcome: 'planned', plan: planner.buildQueryPlan(operationFromDocument(schema, parse(document, { noLocation: true }))) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return planningLimit.test(message) ? { outcome: 'too complex' } : { outcome: 'defect', message };
    }
  };
}
