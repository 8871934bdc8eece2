import { execute, getOperationAST, getVariableValues, GraphQLError, OperationTypeNode } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { plannerBusy, serviceError, tooComplex, unauthorized } from '../client-errors.ts';
import type { Plan, SubscriptionPlan } from '../plan/compile-plan.ts';
import { isCompiled, type CompiledOperation, type Planner } from '../plan/planner.ts';
import type { RouterContext } from '../request-context.ts';
import type { SubgraphClient } from '../subgraph/client.ts';
import { answerOf } from './answer-of.ts';
import { nothingFetched, type Fetched } from './fetched.ts';
import type { Json } from './json-object.ts';
import { laterParts } from './later-parts.ts';
import type { AnswerInParts, RouterResult } from './router-result.ts';
import { askOf, runPlan, type Patience, type Run, type Running } from './run-plan.ts';
import { takeAnswer } from './take-answer.ts';
import { withoutNeighbours } from './variable-errors.ts';

export interface ExecutorOptions {
  readonly planner: Planner;
  readonly clientOf: (service: string) => SubgraphClient;
  readonly patience?: Patience;
}

/** An operation whose document has been validated. */
export interface OperationRequest {
  readonly document: DocumentNode;
  /** Names the document: SHA-256 of its text, base64url. */
  readonly documentKey: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** Executes client operations: plan (kept), fetch, write. The way of a request through `plan/` and `execute/`. */
export interface Executor {
  execute(request: OperationRequest, context: RouterContext): Promise<RouterResult>;
  /** With `@defer`: in parts, when there is something that comes later. */
  executeInParts(request: OperationRequest, context: RouterContext): Promise<RouterResult | AnswerInParts>;
  /**
   * One result per event, or the result that refuses it. Ends after a result without data when the subgraph fails.
   * @param contextOfEvent a new one for each, with its own deadline @param signal closes the subgraph's stream
   */
  subscribe(
    request: OperationRequest,
    context: RouterContext,
    contextOfEvent: () => RouterContext,
    signal: AbortSignal,
  ): Promise<RouterResult | AsyncGenerator<RouterResult, void, void>>;
}

const mostVariableErrors = 50;

// The type of such a variable may allow null where it has a default.
const undecidedCondition = (name: string): GraphQLError =>
  new GraphQLError(`Variable "$${name}" decides about @skip, @include or @defer and must not be null.`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });

export function createExecutor({ planner, clientOf, patience }: ExecutorOptions): Executor {
  const { supergraphSchema, apiSchema } = planner;

  interface Prepared {
    readonly compiled: CompiledOperation;
    readonly variables: Readonly<Record<string, unknown>>;
    readonly coerced: Readonly<Record<string, unknown>>;
  }

  async function prepare(request: OperationRequest, { caller, log }: RouterContext, inParts: boolean): Promise<Prepared | RouterResult> {
    const { document, documentKey, operationName, variables = {} } = request;
    const operation = getOperationAST(document, operationName);
    if (!operation) return { errors: [noSuchOperation(operationName)] };
    const { coerced, errors } = getVariables(apiSchema, operation.variableDefinitions ?? [], variables);
    if (errors) return { errors };
    const rights = await planner.authorization.question(document, operation).rightsOf(caller, log);
    const compiled = await planner.compile({ documentKey, document, operationName, variables: coerced, inParts, rights });
    if (isCompiled(compiled)) {
      const undecided = compiled.conditions.find((name) => coerced[name] === null);
      return undecided === undefined ? { compiled, variables, coerced } : { errors: [undecidedCondition(undecided)] };
    }
    return { errors: [compiled.outcome === 'busy' ? plannerBusy() : tooComplex()] };
  }

  const runOf = ({ variables, coerced }: Prepared, context: RouterContext): Run => ({
    schema: supergraphSchema,
    context,
    variables,
    coerced,
    clientOf,
    patience,
  });

  const schemaPartOf = async ({ compiled, variables }: Prepared): Promise<SchemaPart> =>
    compiled.introspection ? execute({ schema: apiSchema, document: compiled.introspection, variableValues: variables }) : null;

  async function fetchFirst(prepared: Prepared, plan: Plan | null, context: RouterContext, fetched: Fetched): Promise<Running | null> {
    const running = plan ? runPlan(plan, runOf(prepared, context), fetched) : null;
    await running?.first;
    return running;
  }

  async function executeInParts(
    request: OperationRequest,
    clientContext: RouterContext,
    inParts = true,
  ): Promise<RouterResult | AnswerInParts> {
    const prepared = await prepare(request, clientContext, inParts);
    if (!('compiled' in prepared)) return prepared;
    const context = withOperation(request, clientContext);
    const { compiled, coerced } = prepared;
    if (compiled.operation.operation === OperationTypeNode.SUBSCRIPTION || isSubscription(compiled.plan))
      return { errors: [notAsOneAnswer()] };
    const fetched = nothingFetched();
    const running = await fetchFirst(prepared, compiled.plan, context, fetched);
    const shape = compiled.shapeFor(coerced);
    const { later, ...first } = answerOf(fetched, shape, await schemaPartOf(prepared));
    if (later.length === 0) return first;
    return {
      first,
      later: laterParts({ plan: compiled.plan, running, fetched, shape, labels: compiled.laterLabels, places: later }),
    };
  }

  return {
    async execute(request, context) {
      const result = await executeInParts(request, context, false);
      if ('later' in result) throw new TypeError('something was deferred for a client that does not take parts');
      return result;
    },
    executeInParts: (request, context) => executeInParts(request, context),
    async subscribe(request, context, contextOfEvent, signal) {
      const prepared = await prepare(request, context, false);
      if (!('compiled' in prepared)) return prepared;
      const { plan, refusedRoot } = prepared.compiled;
      if (refusedRoot !== null) return { errors: [unauthorized([refusedRoot])] };
      if (!isSubscription(plan)) throw new TypeError('only a subscription has events');
      return events(prepared, plan, withOperation(request, context), () => withOperation(request, contextOfEvent()), signal);
    },
  };

  async function* events(
    prepared: Prepared,
    { source, rest }: SubscriptionPlan,
    context: RouterContext,
    contextOfEvent: () => RouterContext,
    signal: AbortSignal,
  ): AsyncGenerator<RouterResult, void, void> {
    const shape = prepared.compiled.shapeFor(prepared.coerced);
    for await (const event of clientOf(source.service).subscribe(askOf(source, [], prepared.variables), context, signal)) {
      if ('code' in event) {
        const { message, extensions } = serviceError(event.code, source.service);
        yield { errors: [new GraphQLError(message, { ...(extensions && { extensions }) })] };
        return;
      }
      const fetched = nothingFetched();
      takeAnswer(event, { request: source, batches: [], fetched, places: [], schema: supergraphSchema });
      await fetchFirst(prepared, rest, contextOfEvent(), fetched);
      const { later: _later, ...result } = answerOf(fetched, shape, null);
      yield result;
    }
  }
}

/** Subgraphs are told which document asks: for their audit. */
const withOperation = ({ documentKey }: OperationRequest, context: RouterContext): RouterContext => ({
  ...context,
  origin: { ...context.origin, operationHash: documentKey },
});

type SchemaPart = { readonly data?: Json | null; readonly errors?: readonly GraphQLError[] } | null;

const isSubscription = (plan: Plan | SubscriptionPlan | null): plan is SubscriptionPlan => plan !== null && 'source' in plan;

const notAsOneAnswer = (): GraphQLError =>
  new GraphQLError(
    'A subscription has many answers: ask over WebSocket (graphql-transport-ws), or accept text/event-stream or multipart/mixed.',
    {
      extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
    },
  );

export const noSuchOperation = (operationName: string | null | undefined): GraphQLError =>
  new GraphQLError(
    operationName
      ? `The document has no operation named "${operationName}".`
      : 'The document has several operations: say in operationName which one is meant.',
    { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } },
  );

function getVariables(
  schema: GraphQLSchema,
  definitions: NonNullable<Parameters<typeof getVariableValues>[1]>,
  values: Readonly<Record<string, unknown>>,
): { coerced: Readonly<Record<string, unknown>>; errors?: GraphQLError[] } {
  const result = getVariableValues(schema, definitions, values, { maxErrors: mostVariableErrors, hideSuggestions: true });
  if (result.coerced) return { coerced: result.coerced };
  return {
    coerced: {},
    errors: result.errors.map(
      ({ message, nodes }) =>
        new GraphQLError(withoutNeighbours(message), { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } }),
    ),
  };
}
