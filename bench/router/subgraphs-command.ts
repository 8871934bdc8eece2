import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { answerCalls } from './child-calls.ts';
import { answerBytes, executableSubgraph, referenceSchema } from './graphs/graph.ts';
import type { GraphqlBody } from './graphs/graph.ts';
import { namedGraph } from './graphs/named-graph.ts';
import { MemoizedSubgraph, sumOfCounts } from './memoized-subgraph.ts';

// One process with all subgraphs of a graph, each on a port of its own. The bench forks it: subgraphs-command.ts <graph>

/** A request that a router made, with the times (ms) at which it came and was answered. */
export interface RecordedRequest {
  readonly service: string;
  readonly body: string;
  readonly cameAt: number;
  answeredAt: number;
}

// While a recording runs, answers take long enough that what does not wait for one has come before it is sent.
const recordingDelayMs = 200;
let recording: RecordedRequest[] | null = null;

const graph = namedGraph(process.argv[2] ?? '');
const reference = await referenceSchema(graph);
const subgraphs = new Map(graph.map((subgraph) => [subgraph.name, new MemoizedSubgraph(executableSubgraph(subgraph))]));
const ports: Record<string, number> = {};
for (const [name, subgraph] of subgraphs) ports[name] = await listen(name, subgraph);

answerCalls({
  ports: () => ports,
  takeCounts: () => sumOfCounts([...subgraphs.values()].map((subgraph) => subgraph.takeCounts())),
  startRecording: () => {
    recording = [];
  },
  endRecording: () => {
    const recorded = recording;
    recording = null;
    return recorded;
  },
  referenceAnswer: (body: GraphqlBody) => answerBytes(reference, body),
});

async function listen(service: string, subgraph: MemoizedSubgraph): Promise<number> {
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void reply(service, subgraph, request).then(
      (answer) => response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer),
      (error: unknown) => {
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function reply(service: string, subgraph: MemoizedSubgraph, request: IncomingMessage): Promise<Buffer> {
  if (request.method === 'GET') return Buffer.from('{}'); // is it ready?
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (!recording) return subgraph.answer(body);
  const recorded: RecordedRequest = { service, body, cameAt: performance.now(), answeredAt: Number.POSITIVE_INFINITY };
  recording.push(recorded);
  await pause(recordingDelayMs);
  const answer = await subgraph.answer(body);
  recorded.answeredAt = performance.now();
  return answer;
}
