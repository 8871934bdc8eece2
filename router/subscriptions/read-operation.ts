import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { HttpError, readJson, requestUrl } from '#chassis/http.ts';
import type { ClientOperation } from './operations.ts';

const operation = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * The operation of a GraphQL-over-HTTP request: parameters of a GET, JSON body of a POST.
 * @throws HttpError 400, 405, 413 or 415 when there is none
 */
export async function readOperation(request: IncomingMessage, maxBytes: number): Promise<ClientOperation> {
  if (request.method === 'GET') return parameters(request);
  if (request.method !== 'POST') throw new HttpError(405, 'BAD_REQUEST', 'Send an operation by GET or POST.');
  // Another site can have a browser send plain text without asking; JSON it cannot.
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new HttpError(415, 'BAD_REQUEST', 'Send the operation as application/json.');
  return checked(await readJson(request, maxBytes));
}

function parameters(request: IncomingMessage): ClientOperation {
  const { searchParams } = requestUrl(request);
  const variables = searchParams.get('variables');
  if ([...searchParams.values()].some((value) => value.includes('\0')) || (variables && /\\u0000/.test(variables)))
    throw new HttpError(400, 'BAD_USER_INPUT', 'The request contains the character U+0000, which no field accepts.');
  return checked({
    query: searchParams.get('query') ?? undefined,
    operationName: searchParams.get('operationName'),
    variables: variables ? parsed(variables) : null,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The variables are not JSON.');
  }
}

function checked(value: unknown): ClientOperation {
  const result = operation.safeParse(value);
  if (!result.success)
    throw new HttpError(
      400,
      'BAD_REQUEST',
      'An operation is { query, operationName, variables }: a text, a text or null, an object or null.',
    );
  const { query, operationName, variables } = result.data;
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}
