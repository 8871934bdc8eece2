import { createHash } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { getOperationAST, GraphQLError, specifiedRules, validate } from 'graphql';
import type { DocumentNode, FormattedExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { operationForLog } from '#chassis/log-outcome.ts';
import { maskError } from './client-errors.ts';
import { noSuchOperation } from './execute/executor.ts';
import type { RouterResult } from './execute/router-result.ts';
import type { Federation } from './federation.ts';
import type { Admission } from './limits/admission.ts';
import { readDocument } from './limits/document-gate.ts';
import type { Documents } from './limits/documents.ts';
import type { OperationLimits } from './limits/operation-limits.ts';
import { newestSaysAll } from './newest-says-all.ts';
import type { RouterContext } from './request-context.ts';
import { RequestLife } from './request-life.ts';
import type { SignIn } from './sign-in.ts';
import type { ClientOperation, GraphOperations, ResultStream } from './subscriptions/operations.ts';

export interface GraphOperationsOptions {
  /** Runs queries and mutations, as it does over HTTP. */
  readonly server: Pick<ApolloServer<RouterContext>, 'executeOperation'>;
  readonly graph: Federation['graph'];
  readonly signIn: SignIn;
  readonly textOf: Documents;
  readonly limits: OperationLimits;
  /** May errors name what is in the schema and was not asked for ("Did you mean")? */
  readonly tellNames: boolean;
  readonly admit: Admission;
  /** For what is fetched for one event of a subscription. */
  readonly eventDeadlineMs: number;
}

/** The graph for protocols that are not one request and one answer: the same refusals, rights and limits as over HTTP. */
export function graphOperations(options: GraphOperationsOptions): GraphOperations {
  const { server, graph, signIn, textOf, admit, eventDeadlineMs } = options;
  const checkedDocuments = new WeakMap<GraphQLSchema, Map<string, Checked>>();

  /** Parsed and validated once per schema. */
  function check(query: string, schema: GraphQLSchema): Checked {
    const known = checkedDocuments.get(schema) ?? new Map<string, Checked>();
    checkedDocuments.set(schema, known);
    const key = documentKey(query);
    const checked = known.get(key) ?? parseAndValidate(query, schema, options);
    known.delete(key);
    // What is refused is not kept: anybody can send it.
    if ('document' in checked) known.set(key, checked);
    const [oldest] = known.keys();
    if (known.size > mostKnownDocuments && oldest !== undefined) known.delete(oldest);
    return checked;
  }

  function accept({ query, operationName }: ClientOperation, context: RouterContext): Accepted | readonly GraphQLError[] {
    const { apiSchema } = graph();
    const checked = check(query, apiSchema);
    if (!('document' in checked)) return checked;
    const { document } = checked;
    const operation = getOperationAST(document, operationName);
    if (!operation) return [noSuchOperation(operationName)];
    context.record.operation = operationForLog(operation.name?.value, operation);
    const refusal = signIn(context.caller, operation, document);
    return refusal ? [refusal] : { document, operation, schema: apiSchema };
  }

  return {
    async kindOf({ operationName, variables, ...sent }, context) {
      const refused = (errors: readonly GraphQLError[]) => ({ refused: formatted({ errors }, context) });
      const meant = textOf(sent, context.caller);
      if ('refusal' in meant) return refused([meant.refusal]);
      const operation: ClientOperation = { query: meant.text, operationName, variables };
      const accepted = accept(operation, context);
      if (!('document' in accepted)) return refused(accepted);
      const { document, schema } = accepted;
      const { refusal } = await admit(
        { document, operation: accepted.operation, variables: variables ?? {}, graph: graph(schema) },
        context,
      );
      if (refusal) return refused([refusal]);
      return {
        operation,
        kind: accepted.operation.operation,
        newestSaysAll: newestSaysAll(accepted.operation, accepted.document, graph(accepted.schema).planner.supergraphSchema),
      };
    },

    async execute({ query, operationName, variables }, context) {
      const { body } = await server.executeOperation(
        { query, ...(operationName !== undefined && { operationName }), ...(variables && { variables: { ...variables } }) },
        { contextValue: context },
      );
      return body.kind === 'single' ? body.singleResult : body.initialResult;
    },

    async subscribe(operation, context) {
      const accepted = accept(operation, context);
      if (!('document' in accepted)) return formatted({ errors: accepted }, context);
      const upstream = new AbortController();
      context.life.onLeave(() => upstream.abort());
      const contextOfEvent = (): RouterContext => ({
        ...context,
        life: new RequestLife({ startedAt: performance.now(), deadlineMs: eventDeadlineMs }),
      });
      const { document, schema } = accepted;
      const { operationName, variables } = operation;
      const request = { document, documentKey: documentKey(operation.query), operationName, variables };
      const events = await graph(schema).executor.subscribe(request, context, contextOfEvent, upstream.signal);
      return Symbol.asyncIterator in events ? formattedStream(events, context, upstream) : formatted(events, context);
    },
  };
}

const mostKnownDocuments = 1_000;

const documentKey = (query: string): string => createHash('sha256').update(query).digest('base64url');

type Checked = { readonly document: DocumentNode } | readonly GraphQLError[];

interface Accepted {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly schema: GraphQLSchema;
}

function parseAndValidate(query: string, schema: GraphQLSchema, { limits, tellNames }: GraphOperationsOptions): Checked {
  const read = readDocument(query, limits);
  if (!('document' in read)) return [read.because === 'limit' ? read.refusal : coded(read.refusal, 'GRAPHQL_PARSE_FAILED')];
  const errors = validate(schema, read.document, specifiedRules, { hideSuggestions: !tellNames });
  return errors.length === 0 ? read : errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
}

const coded = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions: { code } });

async function* formattedStream(
  events: AsyncGenerator<RouterResult, void, void>,
  context: RouterContext,
  upstream: AbortController,
): ResultStream {
  try {
    for await (const result of events) yield formatted(result, context);
  } finally {
    upstream.abort();
  }
}

const formatted = ({ data, errors }: RouterResult, { requestId }: RouterContext): FormattedExecutionResult => ({
  ...(errors && {
    errors: errors.map((error) => {
      const masked = maskError(error.toJSON());
      return { ...masked, extensions: { ...masked.extensions, requestId } };
    }),
  }),
  // Text already: `writeResult` puts it into what is sent.
  ...(data !== undefined && { data: data as Record<string, unknown> | null }),
});
