import { buildSchema, execute, getOperationAST, parse, subscribe, validate } from 'graphql';
import type { DocumentNode, ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { RouterContext } from '../../request-context.ts';
import type { ClientOperation, GraphOperations, ResultStream } from '../operations.ts';
import { ResultQueue } from '../result-queue.ts';

const schema = buildSchema(`
  type Query { hello(name: String): String!  slow: String  whoami: String }
  type Mutation { add(room: ID!, by: Int!): Int! }
  type Subscription { counter(room: ID!): Count!  forbidden: Int }
  type Count { value: Int!  text: String!  asked: Int }
`);

/** A graph without subgraphs: rooms with a counter that a test moves. A subscription begins with the current count. */
export interface CounterGraph extends GraphOperations {
  /** Sets a room's counter and tells everyone who listens. `text` makes the result longer. */
  count(room: string, value: number, text?: string): void;
  /** Breaks every subscription to the room, as a subgraph that dies. */
  breakRoom(room: string): void;
  /** Upstreams to the room that are open now. */
  open(room: string): number;
  /** Upstreams that were ever opened. */
  readonly opened: number;
  /** How often somebody asked an upstream for its next result. */
  readonly pulled: number;
  /** Contexts of everything that was asked. */
  readonly contexts: RouterContext[];
  /** Resolves when `open(room)` is `n`. */
  untilOpen(room: string, n: number): Promise<void>;
  /** Lets `slow` answer. */
  releaseSlow(): void;
  /** Resolves when `slow` has been asked. */
  readonly slowAsked: Promise<void>;
}

function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

export function counterGraph(): CounterGraph {
  const values = new Map<string, { value: number; text: string }>();
  const listeners = new Map<string, Set<ResultQueue>>();
  const watchers = new Set<() => void>();
  const contexts: RouterContext[] = [];
  const slow = signal();
  const slowAsked = signal();
  let opened = 0;
  let pulled = 0;

  const listenersOf = (room: string): Set<ResultQueue> => {
    const known = listeners.get(room) ?? new Set();
    listeners.set(room, known);
    return known;
  };
  const changed = () => watchers.forEach((watcher) => watcher());
  const current = (room: string) => ({ counter: values.get(room) ?? { value: 0, text: '' } });
  const document = (operation: ClientOperation): DocumentNode => parse(operation.query);
  const args = (operation: ClientOperation, context: RouterContext) => ({
    schema,
    document: document(operation),
    operationName: operation.operationName,
    variableValues: operation.variables,
    contextValue: context,
  });

  function source(room: string): AsyncGenerator<{ counter: { value: number; text: string } }> {
    opened += 1;
    const queue: ResultQueue = new ResultQueue({
      capacity: Number.POSITIVE_INFINITY,
      onWait: () => undefined,
      onReturn: () => {
        listenersOf(room).delete(queue);
        changed();
      },
    });
    listenersOf(room).add(queue);
    queue.push({ data: current(room) });
    changed();
    const data = (step: IteratorResult<FormattedExecutionResult, void>) => {
      if (step.done) return step;
      if (!step.value.data) throw new Error('the source broke');
      return { done: false as const, value: step.value.data as { counter: { value: number; text: string } } };
    };
    return {
      next: () => {
        pulled += 1;
        return queue.next().then(data);
      },
      return: async () => data(await queue.return()),
      throw: (reason) => queue.throw(reason).then(data),
      [Symbol.asyncIterator]() {
        return this;
      },
      async [Symbol.asyncDispose]() {
        await queue.return();
      },
    };
  }

  const rootValue = {
    hello: ({ name }: { name?: string }) => `Hello ${name ?? 'world'}`,
    whoami: (_: unknown, context: RouterContext) => context.caller?.subject ?? null,
    slow: () => {
      slowAsked.give();
      return slow.given.then(() => 'at last');
    },
    add: ({ room, by }: { room: string; by: number }) => {
      const value = (values.get(room)?.value ?? 0) + by;
      graph.count(room, value);
      return value;
    },
  };
  const subscriptionRoot = {
    counter: ({ room }: { room: string }) => source(room),
    forbidden: () => {
      throw new Error('not yours');
    },
  };

  const graph: CounterGraph = {
    contexts,
    get opened() {
      return opened;
    },
    get pulled() {
      return pulled;
    },
    slowAsked: slowAsked.given,
    releaseSlow: () => slow.give(),
    open: (room) => listenersOf(room).size,
    count(room, value, text = '') {
      values.set(room, { value, text });
      for (const queue of listenersOf(room)) queue.push({ data: current(room) });
    },
    breakRoom(room) {
      for (const queue of listenersOf(room)) queue.endWith({ errors: [{ message: 'broken' }] });
    },
    untilOpen: (room, n) =>
      new Promise((resolve) => {
        const watcher = () => {
          if (listenersOf(room).size !== n) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
      }),
    async kindOf({ query = '', operationName, variables }, { requestId }) {
      const operation = { query, operationName, variables };
      const refuse = (code: string, message: string) => ({ refused: { errors: [{ message, extensions: { code, requestId } }] } });
      let parsed;
      try {
        parsed = document(operation);
      } catch {
        return refuse('GRAPHQL_PARSE_FAILED', 'Syntax error');
      }
      const [invalid] = validate(schema, parsed);
      if (invalid) return refuse('GRAPHQL_VALIDATION_FAILED', invalid.message);
      const found = getOperationAST(parsed, operation.operationName);
      return found ? { operation, kind: found.operation, newestSaysAll: true } : refuse('OPERATION_RESOLUTION_FAILURE', 'Which operation?');
    },
    async execute(operation, context) {
      contexts.push(context);
      return formatted(await execute({ ...args(operation, context), rootValue }), context);
    },
    async subscribe(operation, context) {
      contexts.push(context);
      const result = await subscribe({ ...args(operation, context), rootValue: subscriptionRoot });
      return Symbol.asyncIterator in result ? results(result, context) : formatted(result, context);
    },
  };
  return graph;
}

/** As the executor promises: what breaks is a last result with a code. */
function results(stream: AsyncGenerator<ExecutionResult, void, void>, context: RouterContext): ResultStream {
  return {
    next: () =>
      stream.next().then(
        (step) => (step.done ? step : { done: false, value: formatted(step.value, context) }),
        () => ({
          done: false,
          value: {
            errors: [{ message: 'The service broke.', extensions: { code: 'SUBGRAPH_UNAVAILABLE', requestId: context.requestId } }],
          },
        }),
      ),
    async return() {
      await stream.return();
      return { done: true, value: undefined };
    },
    throw: (reason) => stream.throw(reason).then(() => ({ done: true, value: undefined })),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await stream.return();
    },
  };
}

const formatted = ({ data, errors }: ExecutionResult, { requestId }: RouterContext): FormattedExecutionResult => ({
  ...(errors && {
    errors: errors.map(({ message, path }) => ({ message, ...(path && { path }), extensions: { code: 'FORBIDDEN', requestId } })),
  }),
  ...(data !== undefined && { data }),
});
