import type { GraphQLDataSource } from '@apollo/gateway';
import { OperationTypeNode } from 'graphql';
import type { GraphQLFormattedError, Kind } from 'graphql';
import { allowedError, serviceError } from './client-errors.ts';
import type { GraphqlCode } from './client-errors.ts';
import { failedPaths } from './failed-paths.ts';
import type { Variables } from './failed-paths.ts';
import type { RouterContext } from './request-context.ts';
import { readAnswer } from './subgraph-answer.ts';
import type { GraphqlAnswer } from './subgraph-answer.ts';
import { AnswerTooLong } from './transport.ts';
import type { SubgraphTransport } from './transport.ts';

/** Remaining milliseconds that the router waits: a subgraph need not work longer. */
const deadlineHeader = 'x-deadline-ms';

export interface DataSourceOptions {
  readonly service: string;
  readonly transport: SubgraphTransport;
  /** Headers that tell the subgraph who acts. */
  readonly identify: (context: RouterContext) => Promise<Readonly<Record<string, string>>>;
}

/**
 * One subgraph, as the gateway sees it. A failure is an answer, never an exception: each field that was asked for is null and has an
 * error with its path, so the client gets the rest. No text of a subgraph passes except what client-errors.ts allows.
 */
export function subgraphDataSource(options: DataSourceOptions): GraphQLDataSource<RouterContext> {
  return {
    async process(fetch) {
      if (!('incomingRequestContext' in fetch)) throw new Error(`the router sends no ${fetch.kind} requests`);
      const { query = '', variables = {}, operationName } = fetch.request;
      const isMutation = isMutationRequest(fetch.incomingRequestContext.operation, query);
      const outcome = await ask(options, { query, variables, operationName, isMutation }, fetch.incomingRequestContext.context);
      if ('code' in outcome) return { data: null, errors: everyFieldFailed(outcome.code, options.service, query, variables) };
      return {
        data: outcome.data,
        ...(outcome.errors && {
          errors: outcome.errors.flatMap((error) => placed(allowedError(error, options.service), query, variables)),
        }),
      };
    },
  };
}

interface Ask {
  readonly query: string;
  readonly variables: Variables;
  readonly operationName: string | undefined;
  readonly isMutation: boolean;
}

// A mutation is followed by queries that read its result back: those are not mutations to the subgraph.
const isMutationRequest = (operation: { kind: Kind; operation: OperationTypeNode }, query: string): boolean =>
  operation.operation === OperationTypeNode.MUTATION && query.trimStart().startsWith('mutation');

const entityCount = ({ query, variables }: Ask): number | undefined =>
  /\b_entities\s*\(/.test(query) && Array.isArray(variables['representations']) ? variables['representations'].length : undefined;

async function ask(
  { service, transport, identify }: DataSourceOptions,
  request: Ask,
  context: RouterContext,
): Promise<GraphqlAnswer | { code: GraphqlCode }> {
  const { requestId, log, deadline, clientLeft } = context;
  const fail = (code: GraphqlCode, error: unknown) => {
    log.warn({ service, code, reason: reasonOf(error) }, 'a subgraph request failed');
    return { code };
  };
  const remainingMs = Math.floor(deadline - performance.now());
  if (remainingMs <= 0) return fail('SUBGRAPH_TIMEOUT', 'the deadline had passed');

  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(deadlinePassed), remainingMs);
  const leave = () => abort.abort(clientGone);
  // What a mutation began is not torn apart because nobody waits: it ends by itself or at the deadline.
  if (!request.isMutation) clientLeft.addEventListener('abort', leave, { once: true });
  if (!request.isMutation && clientLeft.aborted) leave();
  try {
    const { query, variables, operationName } = request;
    const answer = await transport.send({
      body: JSON.stringify({ query, variables, operationName }),
      headers: { 'x-request-id': requestId, [deadlineHeader]: String(remainingMs), ...(await identify(context)) },
      signal: abort.signal,
    });
    const read = readAnswer(answer, entityCount(request));
    return 'code' in read ? fail(read.code, read.reason) : read;
  } catch (error) {
    if (abort.signal.reason === deadlinePassed) return fail('SUBGRAPH_TIMEOUT', 'the deadline passed');
    if (abort.signal.reason === clientGone) return { code: 'SUBGRAPH_UNAVAILABLE' };
    return fail(error instanceof AnswerTooLong ? 'SUBGRAPH_ERROR' : 'SUBGRAPH_UNAVAILABLE', error);
  } finally {
    clearTimeout(timer);
    clientLeft.removeEventListener('abort', leave);
  }
}

const deadlinePassed = Symbol('deadline passed');
const clientGone = Symbol('client gone');

// The code of a network error is enough; its text may carry an address and belongs nowhere near a client.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : `${error.name}: ${error.message}`;
}

const everyFieldFailed = (code: GraphqlCode, service: string, query: string, variables: Variables): GraphQLFormattedError[] =>
  failedPaths(query, variables).map((path) => serviceError(code, service, path));

/** An error without a path stands for the whole request: for each of its fields. */
const placed = (error: GraphQLFormattedError, query: string, variables: Variables): GraphQLFormattedError[] =>
  error.path && error.path.length > 0 ? [error] : failedPaths(query, variables).map((path) => ({ ...error, path }));
