import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { HttpError, requestUrl } from '#chassis/http.ts';
import { hasNulInDocument, hasNulInJson, nulRefused, readJson } from '#chassis/request-body.ts';
import type { SentOperation } from './operations.ts';

const operation = z.object({
  query: z.string().nullish(),
  documentId: z.string().nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * The operation of a GraphQL-over-HTTP request: parameters of a GET, JSON body of a POST.
 * @throws HttpError 400, 405, 413 or 415 when there is none
 */
export async function readOperation(request: IncomingMessage, maxBytes: number): Promise<SentOperation> {
  if (request.method === 'GET') return parameters(request);
  if (request.method !== 'POST') throw new HttpError(405, 'BAD_REQUEST', 'Send an operation by GET or POST.');
  return checked(await readJson(request, maxBytes));
}

function parameters(request: IncomingMessage): SentOperation {
  const { searchParams } = requestUrl(request);
  const variables = searchParams.get('variables');
  if (variables && hasNulInJson(variables)) throw nulRefused();
  return checked({
    query: searchParams.get('query') ?? undefined,
    documentId: searchParams.get('documentId'),
    extensions: parsed(searchParams.get('extensions') ?? 'null', 'extensions'),
    operationName: searchParams.get('operationName'),
    variables: parsed(variables || 'null', 'variables'),
  });
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', `The ${name} are not JSON.`);
  }
}

function checked(value: unknown): SentOperation {
  const result = operation.safeParse(value);
  if (!result.success || (!result.data.query && !result.data.documentId && !result.data.extensions))
    throw new HttpError(
      400,
      'BAD_REQUEST',
      'An operation is { query, operationName, variables }: a text, a text or null, an object or null.',
    );
  const { query, documentId, extensions, operationName, variables } = result.data;
  if (query && hasNulInDocument(query)) throw nulRefused();
  return {
    query: query ?? undefined,
    documentId: documentId ?? undefined,
    extensions: extensions ?? undefined,
    operationName: operationName ?? undefined,
    variables: variables ?? undefined,
  };
}
