import {
  createSourceEventStream,
  execute,
  GraphQLError,
  Kind,
  locatedError,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Logger } from 'pino';
import { notRecorded, recorded } from './audit/hold-answer.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Caller, Origin } from './caller.ts';
import type { ChangeNotices, Changes, ChangeWatch } from './change-notices.ts';
import { graphqlCodes } from './errors.ts';
import { operationForLog } from './log-outcome.ts';
import { maskedError } from './mask-unexpected.ts';
import { prepareSubscription, type SubscriptionRequest } from './subscription-request.ts';

export interface Subscriptions {
  /**
   * One subscription, whatever carries it: HTTP or a call in the same process. Gives an execution result per event and ends
   * - after a result whose root field failed: whoever still listened would hold an old state without knowing it,
   * - after a result without data when the request cannot be run, or when this service stops (SUBGRAPH_UNAVAILABLE: subscribe again),
   * - when the consumer calls `return()`, which frees the source at once, also while a result is being waited for.
   * Never throws. Results are made when they are asked for: a slow consumer gets the newest state, not a queue.
   */
  subscribe(request: SubscriptionRequest): AsyncGenerator<ExecutionResult, void, undefined>;
  /** Ends all that are open, and each that comes later. */
  end(): void;
}

interface SubscriptionsOptions {
  schema: GraphQLSchema;
  notices: ChangeNotices;
  /** A new context, with loaders that have loaded nothing yet. `changes`: what the context of a subscription's start watches with. */
  context: (request: { caller: Caller; requestId: string; origin?: Origin; changes?: Changes }) => { log: Logger; audit: AuditTrail };
}

export function createSubscriptions({ schema, notices, context }: SubscriptionsOptions): Subscriptions {
  const open = new Set<Session>();
  let ended = false;

  async function* run(request: SubscriptionRequest, session: Session): AsyncGenerator<ExecutionResult, void, undefined> {
    const { caller, requestId, origin = {} } = request;
    const startContext = context({ caller, requestId, origin, changes: session });
    const { log } = startContext;
    const prepared = prepareSubscription(schema, request);
    const startedAt = performance.now();
    let events = 0;
    let outcome = 'left';
    const last = (error: unknown): ExecutionResult => {
      const masked = maskedError('operation' in prepared ? located(error, prepared.operation) : error, log);
      outcome = String(masked.extensions['code']);
      return { errors: [masked] };
    };
    try {
      if ('errors' in prepared) {
        outcome = String(prepared.errors[0]?.extensions['code']);
        yield { errors: prepared.errors };
        return;
      }
      const source = await createSourceEventStream({ ...prepared, contextValue: startContext });
      if (!(Symbol.asyncIterator in source)) {
        const [error = new TypeError('a subscription has neither a source nor errors')] = source.errors ?? [];
        await startContext.audit.written('subscription');
        yield last(error);
        return;
      }
      for await (const event of source) {
        if (session.closed) break;
        const contextValue = context({ caller, requestId, origin });
        const { data, errors } = await execute({ ...prepared, rootValue: event, contextValue });
        if (!(await recorded(contextValue, 'subscription'))) {
          yield last(notRecorded());
          return;
        }
        const masked = errors?.map((error) => maskedError(error, log));
        events++;
        const failed = masked?.some(({ path }) => path === undefined || (data?.[String(path[0])] ?? null) === null);
        if (failed) outcome = String(masked?.[0]?.extensions['code']);
        yield { ...(masked && { errors: masked }), ...(data !== undefined && { data }) };
        if (failed) return;
      }
      if (ended) yield last(unavailable());
    } catch (error) {
      yield last((await recorded(startContext, 'subscription')) ? error : notRecorded());
    } finally {
      session.close();
      open.delete(session);
      const durationMs = Math.round(performance.now() - startedAt);
      const operation = operationForLog(request.operationName, 'errors' in prepared ? undefined : prepared.operation);
      log.info({ operation, role: caller.role, durationMs, events, outcome }, 'subscription ended');
    }
  }

  return {
    subscribe(request) {
      const session = createSession(notices);
      if (ended) session.close();
      const results = run(request, session);
      open.add(session);
      const leave = (): void => {
        session.close();
        open.delete(session);
      };
      const generator: AsyncGenerator<ExecutionResult, void, undefined> = {
        next: () => results.next(),
        // A generator that waits does not hear of return() before what it waits for is there: so that is ended first.
        return(value) {
          leave();
          return results.return(value);
        },
        throw(error) {
          leave();
          return results.throw(error);
        },
        [Symbol.asyncIterator]: () => generator,
        async [Symbol.asyncDispose]() {
          await generator.return();
        },
      };
      return generator;
    },
    end() {
      ended = true;
      for (const session of open) session.close();
    },
  };
}

/** All watches of one subscription, to be closed together from outside. */
interface Session extends Changes {
  readonly closed: boolean;
  close(): void;
}

function createSession(notices: Changes): Session {
  const watches = new Set<ChangeWatch>();
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    async watch(topics) {
      const watch = await notices.watch(topics);
      watches.add(watch);
      if (closed) watch.close();
      return watch;
    },
    close() {
      closed = true;
      for (const watch of watches) watch.close();
    },
  };
}

/** What a source throws has no place yet. It is that of the one field that a subscription has. */
function located(error: unknown, { selectionSet }: OperationDefinitionNode): GraphQLError {
  const [field] = selectionSet.selections;
  return locatedError(error, field, field?.kind === Kind.FIELD ? [(field.alias ?? field.name).value] : null);
}

const unavailable = (): GraphQLError =>
  new GraphQLError(graphqlCodes.SUBGRAPH_UNAVAILABLE, { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
