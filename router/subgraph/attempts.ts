import type { GraphqlCode } from '../client-errors.ts';
import { readAnswer } from './answer.ts';
import type { Circuit, Health } from './circuit.ts';
import type { Exchange } from './exchange.ts';
import { RetryBudget } from './retry-budget.ts';
import { AnswerUnusable, TransportFailure } from './transport.ts';
import type { SubgraphAnswer, SubgraphTransport } from './transport.ts';

/** What became of a request to a subgraph. */
export type Outcome = { readonly answer: SubgraphAnswer } | Failure;

export interface Failure {
  readonly code: GraphqlCode;
  /** For the log. */
  readonly reason: string;
}

type Attempt = Outcome & { readonly health: Health; readonly mayRepeat: boolean };

// What a proxy says when the service behind it is away.
const awayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Sends a request when the circuit lets it, and once more when it failed in passing:
 * - a query when the connection was refused or broke, or the answer was 502, 503 or 504;
 * - a mutation only when nothing of it was written to a connection (refused, not found, no connection in time): then it cannot have had an effect.
 * Both only within the budget of the subgraph, and while somebody waits.
 */
export function createSender(transport: SubgraphTransport, circuit: Circuit): (exchange: Exchange) => Promise<Outcome> {
  const budget = new RetryBudget();

  async function attempts(exchange: Exchange): Promise<Attempt> {
    if (exchange.abandoned) return { ...nobodyWaits, health: null, mayRepeat: false };
    const sentAt = performance.now();
    budget.earn();
    const first = await attempt(transport, exchange);
    const last = first.mayRepeat && !exchange.abandoned && budget.take() ? await attempt(transport, exchange) : first;
    return exchange.abandoned ? { ...last, health: healthWhenAbandoned(exchange, sentAt) } : last;
  }

  return async (exchange) => {
    const outcome = await circuit.run(() => attempts(exchange));
    return typeof outcome === 'string' ? { code: 'SUBGRAPH_UNAVAILABLE', reason: outcome } : outcome;
  };
}

const nobodyWaits: Failure = { code: 'SUBGRAPH_UNAVAILABLE', reason: 'nobody waits any more' };

async function attempt(transport: SubgraphTransport, exchange: Exchange): Promise<Attempt> {
  const isQuery = exchange.operation.kind === 'query';
  try {
    const answer = await transport.send(exchange);
    const isAway = 'status' in answer && awayStatuses.has(answer.status);
    // An error that GraphQL speaks of is an answer: the service is well. Only a failure that it does not is a sign.
    const isSick = 'status' in answer && answer.status >= 500 && 'code' in readAnswer(answer);
    return { answer, health: isSick ? 'bad' : 'good', mayRepeat: isQuery && isAway };
  } catch (error) {
    if (error instanceof AnswerUnusable) return { code: 'SUBGRAPH_ERROR', reason: error.message, health: 'good', mayRepeat: false };
    if (!(error instanceof TransportFailure))
      return { code: 'SUBGRAPH_UNAVAILABLE', reason: String(error), health: 'bad', mayRepeat: false };
    const { message: reason, sent, passing } = error;
    return { code: passing ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_ERROR', reason, health: 'bad', mayRepeat: isQuery ? passing : !sent };
  }
}

// A client that leaves says nothing of the service, and neither does a deadline of which others had used up the most.
function healthWhenAbandoned({ abandoned, life }: Exchange, sentAt: number): Health {
  const hadMostOfTheTime = life.deadline - sentAt >= (life.deadline - life.startedAt) / 2;
  return abandoned === 'deadline' && hadMostOfTheTime ? 'bad' : null;
}
