import type { GraphqlCode } from './client-errors.ts';
import type { RouterContext } from './request-context.ts';
import { readAnswer } from './subgraph-answer.ts';
import type { GraphqlAnswer } from './subgraph-answer.ts';
import { AnswerTooLong } from './transport.ts';
import type { Ask, SubgraphTransport } from './transport.ts';

/** Remaining milliseconds that the router waits: a subgraph need not work longer. */
const deadlineHeader = 'x-deadline-ms';

export interface SubgraphClientOptions {
  readonly service: string;
  readonly transport: SubgraphTransport;
  /** Headers that tell the subgraph who acts. */
  readonly identify: (context: RouterContext) => Promise<Readonly<Record<string, string>>>;
}

/** One subgraph. A failure is an answer with a code, never an exception. */
export interface SubgraphClient {
  (ask: Ask, context: RouterContext): Promise<GraphqlAnswer | { readonly code: GraphqlCode }>;
  subscribe(ask: Ask, context: RouterContext, signal: AbortSignal): AsyncIterableIterator<GraphqlAnswer | { readonly code: GraphqlCode }>;
}

export const subgraphClient = (options: SubgraphClientOptions): SubgraphClient =>
  Object.assign(ask_(options), {
    async *subscribe() {
      throw new Error('temporary');
    },
  });
const ask_ =
  ({ service, transport, identify }: SubgraphClientOptions) =>
  async (ask: Ask, context: RouterContext): Promise<GraphqlAnswer | { readonly code: GraphqlCode }> => {
    const isMutation = ask.operation.kind === 'mutation';
    const { requestId, log, deadline, clientLeft } = context;
    const fail = (code: GraphqlCode, error: unknown) => {
      log.warn({ subgraph: service, code, reason: reasonOf(error) }, 'a subgraph request failed');
      return { code };
    };
    const remainingMs = Math.floor(deadline - performance.now());
    if (remainingMs <= 0) return fail('SUBGRAPH_TIMEOUT', 'the deadline had passed');

    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(deadlinePassed), remainingMs);
    const leave = () => abort.abort(clientGone);
    // What a mutation began is not torn apart because nobody waits: it ends by itself or at the deadline.
    if (!isMutation) clientLeft.addEventListener('abort', leave, { once: true });
    if (!isMutation && clientLeft.aborted) leave();
    try {
      const answer = await transport.send({
        ...ask,
        headers: { 'x-request-id': requestId, [deadlineHeader]: String(remainingMs), ...(await identify(context)) },
        signal: abort.signal,
      });
      const read = readAnswer(answer);
      return 'code' in read ? fail(read.code, read.reason) : read;
    } catch (error) {
      if (abort.signal.reason === deadlinePassed) return fail('SUBGRAPH_TIMEOUT', 'the deadline passed');
      if (abort.signal.reason === clientGone) return { code: 'SUBGRAPH_UNAVAILABLE' };
      return fail(error instanceof AnswerTooLong ? 'SUBGRAPH_ERROR' : 'SUBGRAPH_UNAVAILABLE', error);
    } finally {
      clearTimeout(timer);
      clientLeft.removeEventListener('abort', leave);
    }
  };

const deadlinePassed = Symbol('deadline passed');
const clientGone = Symbol('client gone');

// The code of a network error is enough; its text may carry an address and belongs nowhere near a client.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : `${error.name}: ${error.message}`;
}
