import type { GraphqlCode } from '../client-errors.ts';
import type { RouterContext } from '../request-context.ts';
import { readAnswer } from './answer.ts';
import type { Failure } from './attempts.ts';
import type { Circuit } from './circuit.ts';
import type { ClientAnswer, SubgraphClient, SubgraphClientOptions } from './client.ts';
import { AnswerUnusable } from './transport.ts';
import type { SubgraphAnswer } from './transport.ts';

export interface SubscriberOptions extends Pick<SubgraphClientOptions, 'transport' | 'identify'> {
  readonly circuit: Circuit;
  readonly fail: (context: RouterContext, failure: Failure) => { readonly code: GraphqlCode };
}

type Result = IteratorResult<ClientAnswer, undefined>;

const over: Result = { value: undefined, done: true };

/** Subscriptions to one subgraph: what the transport brings, read; every failure a code, and the last thing that comes. */
export function createSubscriber({ transport, circuit, identify, fail }: SubscriberOptions): SubgraphClient['subscribe'] {
  return (ask, context, signal) => {
    const identity = identify(context);
    if (!identity) return only({ code: 'UNAUTHENTICATED' });
    if (circuit.refuses) return only(fail(context, { code: 'SUBGRAPH_UNAVAILABLE', reason: 'circuit is open' }));
    const { caller, requestId, origin } = context;
    let text: string | undefined;
    const body = (): string => (text ??= ask.body());
    const answers = transport.subscribe({
      operation: ask.operation,
      variables: ask.variables,
      body,
      caller,
      requestId,
      origin,
      // Made when they are asked for: in the same process nobody does.
      get headers() {
        return { 'x-request-id': requestId, ...identity(body()) };
      },
      signal,
    });
    let isOver = false;
    const end = (code: { readonly code: GraphqlCode }): Result => {
      isOver = true;
      void answers.return?.();
      return { value: code, done: false };
    };
    const read = (result: IteratorResult<SubgraphAnswer, unknown>): Result => {
      if (result.done) return over;
      const answer = readAnswer(result.value);
      return 'code' in answer ? end(fail(context, answer)) : { value: answer, done: false };
    };
    const broken = (error: unknown): Result =>
      end(
        fail(context, {
          code: error instanceof AnswerUnusable ? 'SUBGRAPH_ERROR' : 'SUBGRAPH_UNAVAILABLE',
          reason: error instanceof Error ? error.message : String(error),
        }),
      );
    return {
      next: async () => (isOver ? over : answers.next().then(read, broken)),
      async return() {
        isOver = true;
        await answers.return?.();
        return over;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
}

async function* only(answer: ClientAnswer): AsyncGenerator<ClientAnswer, undefined> {
  yield answer;
}
