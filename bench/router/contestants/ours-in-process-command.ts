import { readFile } from 'node:fs/promises';
import { createLogger } from '../../../subgraphs/chassis/log.ts';
import { createRouter } from '../../../router/server.ts';
import type { SubgraphTransport } from '../../../router/subgraph/transport.ts';
import { answerCalls } from '../child-calls.ts';
import { executableSubgraph } from '../graphs/graph.ts';
import { namedGraph } from '../graphs/named-graph.ts';
import { MemoizedSubgraph, sumOfCounts } from '../memoized-subgraph.ts';

// Our router with the subgraphs in its own process: ours-in-process-command.ts <supergraph> <port> <graph>

const [supergraph = '', port = '', graphName = ''] = process.argv.slice(2);
const subgraphs = new Map(namedGraph(graphName).map((subgraph) => [subgraph.name, new MemoizedSubgraph(executableSubgraph(subgraph))]));

const transportTo = (subgraph: MemoizedSubgraph): SubgraphTransport => ({
  answersText: false, // nothing is shared between requests here
  send: async ({ body }) => ({ status: 200, body: (await subgraph.answer(body())).toString() }),
  subscribe() {
    throw new Error('the benchmark has no subscriptions');
  },
  ready: async () => true,
  close: async () => undefined,
});

await createRouter({
  supergraphSdl: await readFile(supergraph, 'utf8'),
  transports: new Map([...subgraphs].map(([name, subgraph]) => [name, transportTo(subgraph)])),
  identity: 'none',
  log: createLogger('router'),
  port: Number(port),
  host: '127.0.0.1',
});
answerCalls({ takeCounts: () => sumOfCounts([...subgraphs.values()].map((subgraph) => subgraph.takeCounts())) });
