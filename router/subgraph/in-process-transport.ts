import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { containsNul, nulRefusal } from '#chassis/nul-character.ts';
import { prepareOperation, runOperation, type PreparedOperation } from '#chassis/run-operation.ts';
import type { Subgraph } from '#chassis/subgraph.ts';
import type { SubgraphAnswer, SubgraphOperation, SubgraphTransport, SubscriptionRequest } from './transport.ts';

const readyTimeoutMs = 1_000;
/** How long a stop waits for work that nobody waits for any more. */
const drainMs = 10_000;

/**
 * A subgraph in the same process: no HTTP, no JSON, no token. Who acts is handed over as an object, which nobody outside of the process
 * can make. What a subgraph has begun cannot be cancelled: when the router stops waiting, the work ends by itself.
 */
export function inProcessTransport(subgraph: Subgraph, log: Logger): SubgraphTransport {
  // Parsed and validated once per operation: the object lives as long as the plan that it is of.
  const prepared = new WeakMap<SubgraphOperation, PreparedOperation>();
  const underWay = new Set<Promise<unknown>>();

  const prepare = (operation: SubgraphOperation): PreparedOperation => {
    const known = prepared.get(operation);
    if (known) return known;
    const made = prepareOperation(subgraph.schema, operation.query, operation.operationName);
    prepared.set(operation, made);
    return made;
  };

  return {
    answersText: false,
    async send({ operation, variables, caller, requestId, origin }) {
      if (!caller) return nobody;
      const work = runOperation(subgraph, prepare(operation), { caller, requestId, origin, variables: variables() }, log);
      underWay.add(work);
      try {
        return { result: await work };
      } finally {
        underWay.delete(work);
      }
    },
    subscribe: (request) => subscribeIn(subgraph, request),
    ready() {
      const answer = subgraph.ready().then(
        () => true,
        () => false, // whatever the cause: it is not ready, and that is the answer
      );
      return within(readyTimeoutMs, answer, false);
    },
    async close() {
      await within(drainMs, Promise.allSettled(underWay), []);
    },
  };
}

/** As a subgraph answers over HTTP when no token came. */
const nobody: SubgraphAnswer = { status: 401, body: '{"errors":[{"message":"","extensions":{"code":"UNAUTHENTICATED"}}]}' };

function subscribeIn(
  { subscriptions }: Subgraph,
  { operation, variables: variablesOf, caller, requestId, origin, signal }: SubscriptionRequest,
): AsyncIterableIterator<SubgraphAnswer> {
  if (!caller) return only(nobody);
  const variables = variablesOf();
  if (containsNul(variables)) return only(toAnswer({ errors: [nulRefusal()] }));
  const { query, operationName } = operation;
  const results = subscriptions.subscribe({ query, operationName, variables, caller, requestId, origin });
  const close = (): void => void results.return(undefined);
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  const over = (): IteratorResult<SubgraphAnswer, undefined> => {
    signal.removeEventListener('abort', close);
    return { value: undefined, done: true };
  };
  return {
    next: async () => {
      const { value, done } = await results.next();
      return done || !value ? over() : { value: toAnswer(value), done: false };
    },
    async return() {
      await results.return(undefined);
      return over();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const toAnswer = ({ data, errors }: ExecutionResult): SubgraphAnswer => ({
  result: { ...(data !== undefined && { data }), ...(errors && { errors: errors.map((error) => error.toJSON()) }) },
});

async function* only(answer: SubgraphAnswer): AsyncGenerator<SubgraphAnswer, undefined> {
  yield answer;
}

function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, otherwise);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
