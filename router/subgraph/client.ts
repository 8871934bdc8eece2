import type { Logger } from 'pino';
import type { GraphqlCode } from '../client-errors.ts';
import type { RouterContext } from '../request-context.ts';
import { recordJoined } from '../request-log.ts';
import { readAnswer } from './answer.ts';
import type { GraphqlAnswer } from './answer.ts';
import { createSender } from './attempts.ts';
import type { Failure } from './attempts.ts';
import { createCircuit } from './circuit.ts';
import type { CircuitOptions } from './circuit.ts';
import { Exchange } from './exchange.ts';
import { MutationCount, RunningQueries, sharingKey } from './query-sharing.ts';
import { createSubscriber } from './subscriber.ts';
import type { Ask, Identify, SubgraphTransport } from './transport.ts';

export interface SubgraphClientOptions {
  readonly service: string;
  readonly transport: SubgraphTransport;
  /** What tells the subgraph who acts. Null: it cannot be asked for somebody who is not signed in. */
  readonly identify: (context: RouterContext) => Identify | null;
  /** Hears when the subgraph fails too often and when it is well again. */
  readonly log: Logger;
  /** One for all subgraphs of a router; none: queries are not shared. */
  readonly sharing?: MutationCount | undefined;
  readonly limits?: Pick<CircuitOptions, 'concurrency' | 'queue' | 'openMs'>;
}

export type ClientAnswer = GraphqlAnswer | { readonly code: GraphqlCode };

/** One subgraph. A failure is an answer with a code, never an exception. */
export interface SubgraphClient {
  /** Data of the answer belongs to the caller, who may change it. */
  (ask: Ask, context: RouterContext): Promise<ClientAnswer>;
  /** Ends after a code; without one when the subgraph has completed it, or `signal` or `return()` has closed it. It has no deadline. */
  subscribe(ask: Ask, context: RouterContext, signal: AbortSignal): AsyncIterableIterator<ClientAnswer>;
}

export function subgraphClient({ service, transport, identify, log, sharing, limits }: SubgraphClientOptions): SubgraphClient {
  const circuit = createCircuit({ service, log, ...limits });
  const send = createSender(transport, circuit);
  const mutations = sharing ?? new MutationCount();
  const running = sharing && transport.answersText ? new RunningQueries(mutations) : null;

  const fail = (context: RouterContext, { code, reason }: Failure): { readonly code: GraphqlCode } => {
    context.log.warn({ subgraph: service, code, reason }, 'a subgraph request failed');
    return { code };
  };

  const begin = (ask: Ask, context: RouterContext, key: string | null): Exchange | null => {
    const identity = identify(context);
    if (!identity) return null;
    const exchange = new Exchange(ask, context, identity);
    if (key !== null) running?.add(key, exchange);
    void send(exchange).then((outcome) => {
      if (key !== null) running?.remove(key, exchange);
      if (ask.operation.kind === 'mutation') mutations.ended += 1;
      exchange.finish(outcome);
    });
    return exchange;
  };

  const client = (ask: Ask, context: RouterContext): Promise<ClientAnswer> => {
    const { life } = context;
    const isMutation = ask.operation.kind === 'mutation';
    if (life.remainingMs() <= 0) return Promise.resolve(fail(context, deadlinePassed));
    if (life.clientLeft && !isMutation) return Promise.resolve({ code: 'SUBGRAPH_UNAVAILABLE' });
    const body = ask.operation.kind === 'query' && running ? ask.body() : null;
    const key = body === null ? null : sharingKey(context, body);
    const joined = key === null ? undefined : running?.find(key);
    if (joined) {
      context.log.debug({ subgraph: service, of: joined.requestId }, 'a query joins another that is on its way');
      recordJoined(context.record, joined.requestId);
    }
    const exchange =
      joined ?? begin(body === null ? ask : { operation: ask.operation, variables: ask.variables, body: () => body }, context, key);
    if (!exchange) return Promise.resolve({ code: 'UNAUTHENTICATED' });
    return new Promise((resolve) => {
      exchange.join(life, (outcome) => {
        if (isMutation) mutations.ended += 1;
        if (outcome === 'deadline') return resolve(fail(context, deadlinePassed));
        if (outcome === 'clientLeft') return resolve({ code: 'SUBGRAPH_UNAVAILABLE' });
        const read = 'answer' in outcome ? readAnswer(outcome.answer) : outcome;
        resolve('code' in read ? fail(context, read) : read);
      });
    });
  };
  return Object.assign(client, { subscribe: createSubscriber({ transport, circuit, identify, fail }) });
}

const deadlinePassed: Failure = { code: 'SUBGRAPH_TIMEOUT', reason: 'the deadline passed' };
