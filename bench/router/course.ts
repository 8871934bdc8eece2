import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callChild } from './child-calls.ts';
import { contestants } from './contestants.ts';
import type { Contestant, Course } from './contestants.ts';
import type { BareScript } from './contestants/bare-command.ts';
import { federationOneSdl } from './graphs/federation-one.ts';
import { composeGraph } from './graphs/graph.ts';
import type { GraphqlBody } from './graphs/graph.ts';
import { namedGraph } from './graphs/named-graph.ts';
import type { Counts } from './memoized-subgraph.ts';
import { BenchProcess, firstAnswer, freePort, ownProcess } from './processes.ts';
import type { RecordedRequest } from './subgraphs-command.ts';
import { stagesOf } from './stages.ts';

/** An operation and the answer that every router must give. */
export interface Operation {
  readonly body: string;
  readonly expected: string;
}

/** The subgraphs of one graph, running, and what contestants need to stand in front of them. */
export interface OpenCourse extends Course, AsyncDisposable {
  operation(body: GraphqlBody): Promise<Operation>;
  takeCounts(): Promise<Counts>;
  /** From now on `bare` can run: it repeats what our router does for this operation. */
  recordBare(operation: Operation): Promise<void>;
}

export async function openCourse(graph: string): Promise<OpenCourse> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-router-'));
  const subgraphs = ownProcess('subgraphs-command.ts', graph);
  const ports = await callChild<Record<string, number>>(subgraphs.child, 'ports').catch((error: unknown) => {
    throw new Error(`the subgraphs did not start: ${subgraphs.output}`, { cause: error });
  });
  const subgraphUrls = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}/graphql`]));
  const supergraphFile = join(folder, 'supergraph.graphql');
  const { supergraph } = await composeGraph(namedGraph(graph), (name) => subgraphUrls[name] ?? '');
  await writeFile(supergraphFile, supergraph);
  const servicesFile = join(folder, 'services.json');
  const services = [...federationOneSdl(namedGraph(graph))].map(([name, schema]) => ({ name, schema, url: subgraphUrls[name] }));
  await writeFile(servicesFile, JSON.stringify(services));
  let bareScriptFile: string | null = null;

  const course: OpenCourse = {
    graph,
    supergraphFile,
    servicesFile,
    get bareScriptFile() {
      return bareScriptFile;
    },
    operation: async (body) => ({
      body: JSON.stringify(body),
      expected: await callChild<string>(subgraphs.child, 'referenceAnswer', body),
    }),
    takeCounts: () => callChild<Counts>(subgraphs.child, 'takeCounts'),
    async recordBare({ body, expected }) {
      const ours = contestants.find(({ id }) => id === 'ours');
      if (!ours) throw new Error('our router is no contestant');
      await using router = await startContestant(ours, course);
      await firstAnswer(router.process, router.url, body); // plans and connections are made now
      await callChild(subgraphs.child, 'startRecording');
      await firstAnswer(router.process, router.url, body);
      const recorded = await callChild<RecordedRequest[]>(subgraphs.child, 'endRecording');
      const origins = Object.fromEntries(Object.entries(subgraphUrls).map(([name, url]) => [name, new URL(url).origin]));
      const script: BareScript = { urls: origins, stages: stagesOf(recorded), answer: JSON.parse(expected) };
      const file = join(folder, 'bare.json');
      await writeFile(file, JSON.stringify(script));
      bareScriptFile = file;
    },
    async [Symbol.asyncDispose]() {
      await subgraphs[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
  return course;
}

export interface RunningContestant extends AsyncDisposable {
  readonly contestant: Contestant;
  readonly process: BenchProcess;
  readonly url: string;
}

/** Starts its process, and does not wait for it. */
export async function launch(contestant: Contestant, course: Course): Promise<RunningContestant> {
  const port = await freePort();
  const command = contestant.command(course, port);
  if (!command) throw new Error(`${contestant.id} cannot run this course`);
  const server = new BenchProcess(command.args, command.env);
  return {
    contestant,
    process: server,
    url: `http://127.0.0.1:${port}/graphql`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Starts it and waits until it answers. @throws with what it wrote when it does not */
export async function startContestant(contestant: Contestant, course: Course): Promise<RunningContestant> {
  const running = await launch(contestant, course);
  try {
    await firstAnswer(running.process, running.url);
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
  return running;
}
