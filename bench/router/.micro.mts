(globalThis as any).C = { again: 0, againBytes: 0, objects: 0, shared: 0, fields: 0 };
import { parse, graphql } from 'graphql';
import { pino } from 'pino';
import { composeGraph, executableSubgraph } from './graphs/graph.ts';
import { namedGraph } from './graphs/named-graph.ts';
import { wardQuery } from './graphs/health-graph.ts';
import { createPlanner } from '../../router/plan/planner.ts';
import { createExecutor } from '../../router/execute/executor.ts';
import { RequestLife } from '../../router/request-life.ts';
import { newRecord } from '../../router/request-log.ts';
const { supergraph } = await composeGraph(namedGraph('ward'), () => 'http://x');
const planner = createPlanner({ supergraphSdl: supergraph, pathsLimit: 20 });
const schemas = new Map(namedGraph('ward').map((s: any) => [s.name, executableSubgraph(s)]));
const memo = new Map<string, string>();
let parseUs = 0;
const clientOf = (service: string): any => async (ask: any) => {
  const body = ask.body();
  let text = memo.get(service + body);
  if (!text) { const { query, variables } = JSON.parse(body); text = JSON.stringify(await graphql({ schema: schemas.get(service)!, source: query, variableValues: variables })); memo.set(service + body, text); }
  const t = performance.now(); const r = JSON.parse(text); parseUs += (performance.now() - t) * 1000;
  return r;
};
const executor = createExecutor({ planner, clientOf, patience: () => () => undefined });
const document = parse(wardQuery);
const context: any = { caller: null, requestId: 'x', log: pino({ level: 'silent' }), life: new RequestLife({ startedAt: performance.now(), deadlineMs: 1e9 }), record: newRecord() };
const run = () => executor.execute({ document, documentKey: 'k' }, context);
for (let i = 0; i < 2000; i++) await run();
for (let round = 0; round < 3; round++) {
  parseUs = 0; const t = performance.now(); const n = 2000;
  for (let i = 0; i < n; i++) await run();
  console.log('execute µs', ((performance.now() - t) * 1000 / n).toFixed(0), 'of it JSON.parse', (parseUs / n).toFixed(0), 'answers', [...memo.values()].map((v) => v.length).join('+'));
}
const r: any = await run(); const obj = r.data.value; let t0 = performance.now(); for (let i = 0; i < 1000; i++) JSON.stringify(obj); console.log('JSON.stringify of answer µs', (performance.now() - t0));
console.log((globalThis as any).C, 'runs', 8001)
