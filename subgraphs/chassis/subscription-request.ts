import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Caller, Origin } from './caller.ts';
import type { graphqlCodes } from './errors.ts';

export interface SubscriptionRequest {
  /** The text of a document with a subscription. */
  query: string;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
  caller: Caller;
  requestId: string;
  origin?: Origin;
}

const coded = (errors: readonly GraphQLError[], code: keyof typeof graphqlCodes): GraphQLError[] =>
  errors.map(({ message, nodes }) => new GraphQLError(message, { ...(nodes && { nodes }), extensions: { code } }));

/** What graphql-js needs to run a request. */
export type PreparedSubscription = ExecutionArgs & { operation: OperationDefinitionNode };

/** The request checked against the schema, or why the request cannot be run. */
export function prepareSubscription(
  schema: GraphQLSchema,
  { query, variables, operationName }: SubscriptionRequest,
): PreparedSubscription | { errors: GraphQLError[] } {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: coded([error], 'GRAPHQL_PARSE_FAILED') };
    throw error;
  }
  const invalid = validate(schema, document);
  if (invalid.length > 0) return { errors: coded(invalid, 'GRAPHQL_VALIDATION_FAILED') };
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) {
    return { errors: coded([new GraphQLError('There is no such subscription in the document.')], 'GRAPHQL_VALIDATION_FAILED') };
  }
  const values = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
  if (values.errors) return { errors: coded(values.errors, 'BAD_USER_INPUT') };
  return { schema, document, operation, variableValues: variables ?? {}, operationName: operationName ?? null };
}
