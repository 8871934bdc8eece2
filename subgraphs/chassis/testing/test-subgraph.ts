import { getOperationAST, graphql, parse, type ExecutionResult } from 'graphql';
import { pino } from 'pino';
import {
  eventDefinitions,
  type EventData,
  type EventEnvelope,
  type EventType,
  type IncomingEventData,
  type SubgraphName,
} from '#schema/events.ts';
import type { Caller, Role } from '../caller.ts';
import type { EventResult } from '../events-in.ts';
import { newId } from '../ids.ts';
import type { Subgraph, SubgraphOptions } from '../subgraph.ts';
import { testDatabase } from './test-database.ts';

// A subgraph on a real database, called without HTTP: what a store, a service and a resolver do together.

export interface CallerSpec extends Partial<Caller> {
  role: Role;
}

export interface TestCaller {
  readonly caller: Caller;
  /** Runs an operation and fails the test on any GraphQL error. */
  execute<Data = Record<string, never>>(document: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Runs an operation and gives data and errors. */
  run<Data = Record<string, unknown>>(document: string, variables?: Record<string, unknown>): Promise<ExecutionResult<Data>>;
  /** Subscribes. `next()` fails the test when an event has errors or the stream has ended. */
  subscribe<Data = Record<string, unknown>>(document: string, variables?: Record<string, unknown>): TestSubscription<Data>;
}

export interface TestSubscription<Data> extends AsyncDisposable {
  /** The data of the next event. */
  next(): Promise<Data>;
  /** The next result as it comes; undefined when the stream is over. */
  result(): Promise<ExecutionResult<Data> | undefined>;
}

export interface TestSubgraph<S extends Subgraph> extends AsyncDisposable {
  readonly subgraph: S;
  readonly databaseUrl: string;
  /** Acts as a caller of this role; give the ids that the role needs. */
  as(spec: CallerSpec): TestCaller;
  /** Delivers an event as its source would, with the next sequence of its aggregate. */
  receive<T extends EventType>(type: T, aggregateId: string, data: IncomingEventData<T>): Promise<EventResult>;
  /** Delivers this very envelope: for duplicates and gaps. */
  deliver(event: EventEnvelope): Promise<EventResult>;
  envelope<T extends EventType>(type: T, aggregateId: string, data: IncomingEventData<T>, sequence?: number): EventEnvelope<T>;
  /** Tells the subgraph that these sources have nothing left to deliver: its read models are fresh. */
  heardFrom(...sources: SubgraphName[]): Promise<void>;
  /** Events in the outbox, oldest first. */
  emitted<T extends EventType>(type?: T): Promise<{ type: EventType; subject: string; data: EventData<T> }[]>;
  /** SQL statements that the work sends, without those of transaction control and of the audit. */
  statements(work: () => Promise<unknown>): Promise<string[]>;
  setNow(now: Date): void;
}

export interface TestSubgraphOptions {
  now?: Date;
  env?: NodeJS.ProcessEnv;
  /** Starts relay and background work too. */
  start?: boolean;
  /** Another replica of the service that this one stands for: the same database. */
  replicaOf?: TestSubgraph<Subgraph>;
}

const silent = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });

export async function testSubgraph<S extends Subgraph>(
  name: SubgraphName,
  create: (options: SubgraphOptions) => Promise<S>,
  options: TestSubgraphOptions = {},
): Promise<TestSubgraph<S>> {
  const database = options.replicaOf ? null : await testDatabase(name);
  const databaseUrl = database?.url ?? options.replicaOf?.databaseUrl ?? '';
  let fixedNow = options.now;
  const heard: string[] = [];
  const sequences = new Map<string, number>();
  const subgraph = await create({
    databaseUrl,
    log: silent,
    courier: { deliver: (_consumer, batch) => Promise.resolve(batch.events.map(({ id }) => ({ id, outcome: 'applied' as const }))) },
    now: () => fixedNow ?? new Date(),
    env: options.env ?? {},
    onStatement: (text) => heard.push(text),
  });
  if (options.start) subgraph.start();

  const envelope = <T extends EventType>(type: T, subject: string, data: IncomingEventData<T>, sequence?: number): EventEnvelope<T> => {
    const { source } = eventDefinitions[type];
    const next = sequence ?? (sequences.get(subject) ?? 0) + 1;
    sequences.set(subject, next);
    return {
      specversion: '1.0',
      id: newId('evt'),
      source,
      type,
      subject,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      // As it may come from an older service: the inbox fills in what has a default.
      data: data as EventData<T>,
      sequence: next,
      causationid: 'test',
    };
  };
  const deliver = async (event: EventEnvelope): Promise<EventResult> => {
    const [result] = await subgraph.inbox.receive({ source: event.source, events: [event], caughtUp: false });
    if (!result) throw new Error('the inbox answered nothing');
    return result;
  };

  return {
    subgraph,
    databaseUrl,
    as(spec) {
      const caller: Caller = {
        subject: `test-${spec.role}-${spec.patientId ?? spec.practitionerId ?? spec.organizationId ?? ''}`,
        scopes: [],
        ...spec,
      };
      const run = async <Data>(document: string, variables: Record<string, unknown> = {}) => {
        const contextValue = subgraph.context({ caller, requestId: `test-${newId('evt')}` });
        const result = await graphql({
          schema: subgraph.schema,
          source: document,
          variableValues: variables,
          contextValue,
        });
        await contextValue.audit.written(getOperationAST(parse(document))?.operation ?? 'query');
        // graphql-js answers objects without a prototype; tests compare with plain ones.
        return JSON.parse(JSON.stringify(result)) as ExecutionResult<Data>;
      };
      return {
        caller,
        run,
        subscribe: (query, variables) =>
          testSubscription(subgraph.subscriptions.subscribe({ query, variables, caller, requestId: `test-${newId('evt')}` })),
        async execute<Data>(document: string, variables?: Record<string, unknown>) {
          const { data, errors } = await run<Data>(document, variables);
          if (errors || !data) throw new Error(`the operation failed: ${JSON.stringify(errors)}`);
          return data;
        },
      };
    },
    receive: async (type, aggregateId, data) => {
      const result = await deliver(envelope(type, aggregateId, data));
      if (result.outcome !== 'applied') throw new Error(`${type} was not applied: ${JSON.stringify(result)}`);
      return result;
    },
    deliver,
    envelope,
    async heardFrom(...sources) {
      for (const source of sources) await subgraph.inbox.receive({ source, events: [], caughtUp: true });
    },
    async emitted(type) {
      const { rows } = await subgraph.database.pool.query<never>(
        'select type, subject, data from outbox_event where $1::text is null or type = $1 order by position',
        [type ?? null],
      );
      return rows;
    },
    async statements(work) {
      heard.length = 0;
      await work();
      return heard.filter(
        (text) => !/^(begin|commit|rollback|savepoint|release|set transaction|deallocate|discard|\s*insert into audit_event)/i.test(text),
      );
    },
    setNow(now) {
      fixedNow = now;
    },
    async [Symbol.asyncDispose]() {
      await subgraph.close();
      await database?.[Symbol.asyncDispose]();
    },
  };
}

function testSubscription<Data>(results: AsyncGenerator<ExecutionResult, void, undefined>): TestSubscription<Data> {
  const result = async (): Promise<ExecutionResult<Data> | undefined> => {
    const { done, value } = await results.next();
    return done || !value ? undefined : (JSON.parse(JSON.stringify(value)) as ExecutionResult<Data>);
  };
  return {
    result,
    async next() {
      const event = await result();
      if (!event?.data || event.errors) throw new Error(`no event: ${JSON.stringify(event ?? 'the stream is over')}`);
      return event.data;
    },
    async [Symbol.asyncDispose]() {
      await results.return();
    },
  };
}
