import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type BaseContext } from '@apollo/server';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface HttpServer {
  readonly port: number;
  /** `http://localhost:4000`, without a path. */
  readonly url: string;
  /** Takes no new connection, answers the requests under way and on their way, then resolves. */
  close(): Promise<void>;
}

/** How long a stop waits for requests under way before it cuts them off. */
const drainMs = 10_000;
/** How long a stop keeps idle connections: a request that was sent before the stop is still answered. */
const graceMs = 150;

/** Listens. `onError` hears what a handler threw; the client then gets a bare 500. */
export async function startHttpServer(options: {
  port: number;
  host?: string;
  handler: Handler;
  onError: (error: unknown, request: IncomingMessage) => void;
}): Promise<HttpServer> {
  let draining = false;
  const server = createServer(
    // The client's idle limit must be the shorter one, or it reuses a connection in the moment we close it.
    { keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 30_000, maxHeaderSize: 32 * 1024 },
    (request, response) => {
      if (draining) response.setHeader('connection', 'close');
      options.handler(request, response).catch((error: unknown) => {
        if (error instanceof HttpError) {
          // What was not read of the body cannot be told from the next request.
          if (!request.complete) response.setHeader('connection', 'close');
          return sendJson(response, error.status, {
            errors: [{ message: error.message, extensions: { code: error.code, ...requestIdOf(response) } }],
          });
        }
        if (request.destroyed && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return; // the client left while it was sending
        options.onError(error, request);
        if (response.headersSent) response.destroy();
        else
          sendJson(response, 500, {
            errors: [
              { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR', ...requestIdOf(response) } },
            ],
          });
      });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://localhost:${port}`,
    async close() {
      draining = true;
      const closed = new Promise<void>((resolve) => {
        // Not HTTP's own close(), which begins with cutting connections that look idle: a request may be on its way on them.
        NetServer.prototype.close.call(server, () => resolve());
      });
      await pause(graceMs);
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(cutOff);
      server.close(); // ends the timer that watches for slow requests
    },
  };
}

/** Whoever gave the request an id has put it on the response already. */
function requestIdOf(response: ServerResponse): { requestId?: string } {
  const requestId = response.getHeader('x-request-id');
  return typeof requestId === 'string' ? { requestId } : {};
}

/** @throws HttpError 400 when the target is no URL */
export function requestUrl(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://localhost');
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The request target is not a URL.');
  }
}

/** A request that is refused before anything looks at its content. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** @throws HttpError 413 when the body is longer than `maxBytes` */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new HttpError(413, 'BAD_REQUEST', `The request body is longer than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** U+0000, as JSON and GraphQL write it: PostgreSQL has no text with it, so no field takes it. */
const nulCharacter = /\\u(?:0000|\{0+\})|%00/i;

/** @throws HttpError 400 when the body is not JSON */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const text = await readBody(request, maxBytes);
  if (nulCharacter.test(text))
    throw new HttpError(400, 'BAD_USER_INPUT', 'The request contains the character U+0000, which no field accepts.');
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The request body is not JSON.');
  }
}

/** Puts an Apollo Server behind a node:http handler. */
export function graphqlOverHttp<Context extends BaseContext>(
  server: Pick<ApolloServer<Context>, 'executeHTTPGraphQLRequest'>,
  options: { maxBodyBytes: number; context: (request: IncomingMessage, response: ServerResponse) => Promise<Context> },
): Handler {
  return async (request, response) => {
    if (nulCharacter.test(request.url ?? ''))
      throw new HttpError(400, 'BAD_USER_INPUT', 'The request contains the character U+0000, which no field accepts.');
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
    const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get('content-type') ?? '');
    const result = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method ?? 'POST',
        headers,
        search: requestUrl(request).search,
        body:
          request.method === 'POST'
            ? isJson
              ? await readJson(request, options.maxBodyBytes)
              : await readBody(request, options.maxBodyBytes)
            : undefined,
      },
      context: () => options.context(request, response),
    });
    response.statusCode = result.status ?? 200;
    for (const [name, value] of result.headers) response.setHeader(name, value);
    if (result.body.kind === 'complete') {
      response.setHeader('content-length', Buffer.byteLength(result.body.string));
      response.end(result.body.string);
      return;
    }
    for await (const chunk of result.body.asyncIterator) response.write(chunk);
    response.end();
  };
}
