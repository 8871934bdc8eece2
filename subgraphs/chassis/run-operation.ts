import { execute, getOperationAST, GraphQLError, parse, validate } from 'graphql';
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Logger } from 'pino';
import { notRecorded, recorded } from './audit/hold-answer.ts';
import type { Caller, Origin } from './caller.ts';
import { logOperation } from './log-operations.ts';
import { maskUnexpected } from './mask-unexpected.ts';
import { containsNul, nulRefusal } from './nul-character.ts';
import { hasNulInDocument } from './request-body.ts';
import type { Subgraph } from './subgraph.ts';

/** An operation that was parsed and validated against the schema of one subgraph, to be run many times. */
export interface PreparedOperation {
  readonly document: DocumentNode | undefined;
  readonly operation: OperationDefinitionNode | undefined;
  readonly operationName: string | undefined;
  /** Why it cannot be run; empty when it can. */
  readonly faults: readonly GraphQLError[];
}

export interface OperationCall {
  readonly caller: Caller;
  readonly requestId: string;
  readonly origin?: Origin;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A GraphQL response as plain objects, made for this caller alone. */
export interface OperationResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** @returns the operation with its faults: a document that cannot be read is an answer like any other */
export function prepareOperation(schema: GraphQLSchema, query: string, operationName: string | undefined): PreparedOperation {
  if (hasNulInDocument(query)) return unusable(nulRefusal());
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return unusable(withCode(error, 'GRAPHQL_PARSE_FAILED'));
  }
  const invalid = validate(schema, document);
  if (invalid.length > 0) return unusable(...invalid.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
  const operation = getOperationAST(document, operationName);
  if (!operation) return unusable(withCode(new GraphQLError('The document has no such operation.'), 'OPERATION_RESOLUTION_FAILURE'));
  return { document, operation, operationName: operation.name?.value, faults: [] };
}

const unusable = (...faults: GraphQLError[]): PreparedOperation => ({
  document: undefined,
  operation: undefined,
  operationName: undefined,
  faults,
});

/**
 * Runs an operation for a caller, without HTTP and without JSON: the same context, masking of errors and log line as over HTTP, where
 * Apollo Server does it. Never rejects. A scalar that serializes to an object must make a new one: the result belongs to the caller.
 */
export async function runOperation(
  subgraph: Pick<Subgraph, 'schema' | 'context'>,
  { document, operation, operationName, faults }: PreparedOperation,
  { caller, requestId, origin = {}, variables }: OperationCall,
  log: Logger,
): Promise<OperationResult> {
  const startedAt = performance.now();
  try {
    const contextValue = subgraph.context({ caller, requestId, origin });
    const end = async (
      made: readonly GraphQLError[] | undefined,
      result: OperationResult['data'] | undefined,
    ): Promise<OperationResult> => {
      const mayLeave = await recorded(contextValue, operation?.operation ?? 'query');
      const errors = mayLeave ? made : [notRecorded()];
      const data = mayLeave ? result : undefined;
      const formatted = errors?.map((error) => formatError(error, log));
      logOperation(contextValue, { operation, operationName, startedAt, data, errors });
      return { ...(data !== undefined && { data }), ...(formatted?.length && { errors: formatted }) };
    };
    if (!document || faults.length > 0) return await end(faults, undefined);
    if (containsNul(variables)) return await end([nulRefusal()], undefined);
    const result = await execute({
      schema: subgraph.schema,
      document,
      contextValue,
      variableValues: variables,
      operationName: operationName ?? null,
    });
    // Without data nothing was run: graphql-js refused the variables.
    const errors = result.data === undefined ? result.errors?.map((error) => withCode(error, 'BAD_USER_INPUT')) : result.errors;
    return await end(errors, result.data);
  } catch (error) {
    return { errors: [formatError(withCode(error, 'INTERNAL_SERVER_ERROR'), log)] };
  }
}

function formatError(error: GraphQLError, log: Logger): GraphQLFormattedError {
  const { http: _http, code = 'INTERNAL_SERVER_ERROR', ...extensions } = error.extensions;
  return maskUnexpected({ ...error.toJSON(), extensions: { ...extensions, code } }, error, log);
}

function withCode(error: unknown, code: string): GraphQLError {
  if (!(error instanceof GraphQLError))
    return new GraphQLError(error instanceof Error ? error.message : String(error), {
      ...(error instanceof Error && { originalError: error }),
      extensions: { code },
    });
  if (error.extensions['code'] !== undefined) return error;
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    originalError: error.originalError ?? null,
    extensions: { ...error.extensions, code },
  });
}
