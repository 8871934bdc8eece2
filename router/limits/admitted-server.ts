import type { ApolloServer, HTTPGraphQLRequest } from '@apollo/server';
import type { RouterContext } from '../request-context.ts';
import type { Documents, SentDocument } from './documents.ts';

type HttpServerSide = Pick<ApolloServer<RouterContext>, 'executeHTTPGraphQLRequest'>;

/**
 * Before Apollo Server reads a document: says which one is meant, and whether it is one that may be read at all.
 * What is not a well-formed request goes on as it is, and is refused there.
 */
export const admitted = (server: HttpServerSide, textOf: Documents): HttpServerSide => ({
  executeHTTPGraphQLRequest({ httpGraphQLRequest, context }) {
    const request = { ...httpGraphQLRequest };
    return server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: request,
      async context() {
        const value = await context();
        const sent = sentIn(request);
        if (!sent) return value;
        const meant = textOf(sent, value.caller);
        if ('refusal' in meant) throw meant.refusal;
        if (meant.text !== (sent.query ?? '') || namesDocument(sent.extensions)) replaceDocument(request, meant.text);
        return value;
      },
    });
  },
});

/** Null where there is nothing to look at: a batch, a query that is no text, a parameter given twice. */
function sentIn({ method, search, body }: HTTPGraphQLRequest): SentDocument | null {
  if (method === 'GET') {
    const parameters = new URLSearchParams(search);
    const extensions = parameters.getAll('extensions');
    if (parameters.getAll('query').length > 1 || extensions.length > 1) return null;
    return sentDocument({
      query: parameters.get('query') ?? undefined,
      documentId: parameters.get('documentId') ?? undefined,
      extensions: extensions[0] === undefined ? undefined : parsed(extensions[0]),
    });
  }
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? sentDocument(body as Record<string, unknown>) : null;
}

function sentDocument({ query, documentId, extensions }: Readonly<Record<string, unknown>>): SentDocument | null {
  if (query !== undefined && query !== null && typeof query !== 'string') return null;
  return {
    ...(typeof query === 'string' && { query }),
    ...(extensions !== undefined && extensions !== null && { extensions }),
    ...(documentId !== undefined && documentId !== null && { documentId }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused where the request is read
  }
}

const namesDocument = (extensions: unknown): extensions is Record<string, unknown> =>
  typeof extensions === 'object' && extensions !== null && Object.hasOwn(extensions, 'persistedQuery');

/** From here on it is a request with a text, without a hash. */
function replaceDocument(request: { -readonly [Key in keyof HTTPGraphQLRequest]: HTTPGraphQLRequest[Key] }, query: string): void {
  if (request.method === 'GET') {
    const parameters = new URLSearchParams(request.search);
    if (query !== '') parameters.set('query', query);
    if (namesDocument(parsed(parameters.get('extensions') ?? ''))) parameters.delete('extensions');
    request.search = `?${parameters.toString()}`;
    return;
  }
  const { extensions, ...body } = request.body as Record<string, unknown>;
  request.body = { ...body, ...(query !== '' && { query }), ...(!namesDocument(extensions) && extensions !== undefined && { extensions }) };
}
