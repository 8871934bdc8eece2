import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type BaseContext } from '@apollo/server';
import { answerType } from './answer-type.ts';
import { HttpError, type Handler } from './http.ts';
import { hasNulInDocument, nulRefused, readJson, type CheckBody } from './request-body.ts';

export interface GraphqlOverHttpOptions<Context> {
  readonly maxBodyBytes: number;
  readonly checkBody?: CheckBody;
  readonly context: (request: IncomingMessage, response: ServerResponse) => Promise<Context>;
  /** Sends a whole answer; status and other headers are on the response already. Without it the text goes out as it is. */
  readonly send?: (response: ServerResponse, text: string) => void | Promise<void>;
}

const allow = 'GET, POST, OPTIONS';

/** Puts an Apollo Server behind a node:http handler. */
export function graphqlOverHttp<Context extends BaseContext>(
  server: Pick<ApolloServer<Context>, 'executeHTTPGraphQLRequest'>,
  { maxBodyBytes, checkBody, context, send = sendText }: GraphqlOverHttpOptions<Context>,
): Handler {
  return async (request, response) => {
    const { method = '', url = '' } = request;
    if (method === 'OPTIONS') {
      // No word on CORS: a browser takes that as a no.
      response.writeHead(204, { allow }).end();
      return;
    }
    if (method !== 'GET' && method !== 'POST') throw new HttpError(405, 'BAD_REQUEST', 'Operations come with GET or POST.', { allow });
    const headers = negotiated(request);
    const queryAt = url.indexOf('?');
    const search = queryAt < 0 ? '' : url.slice(queryAt);
    const body = method === 'POST' ? await readJson(request, maxBodyBytes, checkBody) : undefined;
    if (hasNul(search, body)) throw nulRefused();
    const result = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers, search, body },
      context: () => context(request, response),
    });
    response.statusCode = result.status ?? 200;
    for (const [name, value] of result.headers) response.setHeader(name, value);
    if (result.body.kind === 'complete') return send(response, result.body.string);
    await sendParts(response, result.body.asyncIterator);
  };
}

// All that Apollo Server looks at when its own CSRF rule, landing page and tracing are off.
function negotiated({ headers: { accept, 'content-type': contentType } }: IncomingMessage): HeaderMap {
  const headers = new HeaderMap([['accept', answerType(accept)]]);
  if (contentType !== undefined) headers.set('content-type', contentType);
  return headers;
}

function hasNul(search: string, body: unknown): boolean {
  if (search !== '' && [...new URLSearchParams(search).values()].some(hasNulInDocument)) return true;
  return typeof body === 'object' && body !== null && 'query' in body && typeof body.query === 'string' && hasNulInDocument(body.query);
}

/** Sends text as the whole body, encoded once. */
function sendText(response: ServerResponse, text: string): void {
  const bytes = Buffer.from(text);
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

/** How long a client may take nothing of the parts that wait for it. */
const stalledMs = 30_000;

/** Sends each part as it comes, uncompressed, no faster than the client takes them; stops when it has left. */
async function sendParts(response: ServerResponse, parts: AsyncIterable<string>): Promise<void> {
  for await (const part of parts) {
    if (response.destroyed) return;
    if (response.write(part)) continue;
    response.socket?.setTimeout(stalledMs); // node:http closes the connection then
    await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
    response.socket?.setTimeout(0);
  }
  response.end();
}
