import { execute, getOperationAST, getVariableValues, GraphQLError } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import type { Planner } from '../plan/planner.ts';
import type { RouterContext } from '../request-context.ts';
import type { SubgraphClient } from '../subgraph-client.ts';
import { clientPaths, shapeAnswer } from './answer.ts';
import { runPlan } from './run-plan.ts';

export interface ExecutorOptions {
  readonly planner: Planner;
  readonly apiSchema: GraphQLSchema;
  readonly clientOf: (service: string) => SubgraphClient;
}

/** What Apollo Server asks of a gateway's executor, as far as it is needed here. */
export type Executor = (request: {
  readonly document: DocumentNode;
  readonly queryHash: string;
  readonly request: { readonly operationName?: string | null; readonly variables?: Readonly<Record<string, unknown>> };
  readonly context: unknown;
}) => Promise<ExecutionResult>;

const mostVariableErrors = 50;

/** Executes one client operation: plan (kept), fetch, shape. The way of a request through `plan/` and `execute/`. */
export const createExecutor =
  ({ planner, apiSchema, clientOf }: ExecutorOptions): Executor =>
  async (request) => {
    const { document, queryHash } = request;
    const context = request.context as RouterContext;
    const { operationName, variables = {} } = request.request;
    if (!getOperationAST(document, operationName)) return { errors: [noSuchOperation(operationName)] };
    const compiled = planner.compile(`${queryHash} ${operationName ?? ''}`, document, operationName);

    const { coerced, errors: wrongVariables } = getVariables(apiSchema, compiled.operation.variableDefinitions ?? [], variables);
    if (wrongVariables) return { errors: wrongVariables };

    const fetched = compiled.plan
      ? await runPlan(compiled.plan, { schema: planner.supergraphSchema, context, variables, coerced, clientOf })
      : { data: {}, errors: [], absent: new Set<never>() };
    const shape = compiled.shapeFor(coerced);
    const errors = fetched.errors.flatMap((error) =>
      clientPaths(error.path ?? [], shape, fetched.data).map(
        (path) => new GraphQLError(error.message, { path, extensions: error.extensions }),
      ),
    );
    const schemaPart = compiled.introspection
      ? await execute({ schema: apiSchema, document: compiled.introspection, variableValues: variables })
      : null;
    const { data, errors: broken } = shapeAnswer(fetched.data, shape, {
      known: errors,
      absent: fetched.absent,
      introspection: schemaPart?.data ?? {},
    });
    const all = [...errors, ...broken, ...(schemaPart?.errors ?? [])];
    return { data, ...(all.length > 0 && { errors: all }) };
  };

const noSuchOperation = (operationName: string | null | undefined): GraphQLError =>
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
  const result = getVariableValues(schema, definitions, values, { maxErrors: mostVariableErrors });
  if (result.coerced) return { coerced: result.coerced };
  return {
    coerced: {},
    errors: result.errors.map(
      ({ message, nodes }) => new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } }),
    ),
  };
}
