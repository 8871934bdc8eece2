import { randomUUID } from 'node:crypto';
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** A request that is refused before anything looks at its content. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** What is known of a request that HTTP itself could not read. */
export interface UnreadableRequest {
  readonly requestId: string;
  readonly status: number;
  /** Node's error code: `HPE_INVALID_METHOD`, `ERR_HTTP_REQUEST_TIMEOUT`. */
  readonly reason: string;
}

/** How long, and how much, the rest of a refused body is read and thrown away, so that the sender gets to read the refusal. */
const linger = { ms: 2_000, bytes: 16 * 1024 * 1024 };

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length });
  response.end(bytes);
}

const errorBody = (message: string, code: string, requestId: string) => ({ errors: [{ message, extensions: { code, requestId } }] });

/** Answers with the error and the request's id. */
export function refuse(request: IncomingMessage, response: ServerResponse, error: HttpError): void {
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  const body = errorBody(error.message, error.code, requestIdOf(response));
  if (request.complete || request.destroyed) return sendJson(response, error.status, body);
  // What was not read of the body cannot be told from the next request, so the connection ends. Closing it while the client still
  // sends would reset it, and the client would never see why: the answer goes out first, and the end waits a moment.
  const bytes = Buffer.from(JSON.stringify(body));
  response.removeHeader('keep-alive');
  response.setHeader('connection', 'close');
  response.writeHead(error.status, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length });
  response.write(bytes);
  let left = linger.bytes;
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, linger.ms);
  request
    .on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) end();
    })
    .once('end', end)
    .once('close', end)
    .resume();
}

/** What a handler threw unexpectedly: no word about it goes out. */
export function answerDefect(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, 500, errorBody('Something went wrong on our side.', 'INTERNAL_SERVER_ERROR', requestIdOf(response)));
}

/**
 * Answers a request that HTTP itself could not read (`clientError` of node:http), and ends the connection.
 * @returns null when nobody can be told: the client has left, or an answer is on its way on this connection
 */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): UnreadableRequest | null {
  const underWay = responseOn(socket);
  const mayAnswer = !underWay || !(underWay.headersSent || underWay.req.complete);
  if (error.code === 'ECONNRESET' || !socket.writable || !mayAnswer) {
    socket.destroy();
    return null;
  }
  const { status, line, message } = describeUnreadable(error.code);
  const requestId = underWay ? requestIdOf(underWay) : randomUUID();
  const body = JSON.stringify(errorBody(message, 'BAD_REQUEST', requestId));
  socket.end(
    `HTTP/1.1 ${status} ${line}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `x-request-id: ${requestId}\r\nconnection: close\r\n\r\n${body}`,
  );
  // Who does not take the answer and close is not waited for.
  const timer = setTimeout(() => socket.destroy(), linger.ms);
  socket.once('close', () => clearTimeout(timer));
  return { requestId, status, reason: error.code ?? error.name };
}

function describeUnreadable(code: string | undefined): { status: number; line: string; message: string } {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { status: 431, line: 'Request Header Fields Too Large', message: 'The header of the request is too long.' };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, line: 'Request Timeout', message: 'The request did not arrive in time.' };
  return { status: 400, line: 'Bad Request', message: 'This is not an HTTP request.' };
}

// node:http keeps the answer that has its turn on the connection there; nothing public says whether one is on its way.
const responseOn = (socket: Duplex): ServerResponse | null =>
  '_httpMessage' in socket && socket._httpMessage instanceof ServerResponse ? socket._httpMessage : null;

/** Whoever gave the request an id has put it on the response already; what nobody has seen yet gets one now. */
function requestIdOf(response: ServerResponse): string {
  const given = response.getHeader('x-request-id');
  if (typeof given === 'string') return given;
  const requestId = randomUUID();
  if (!response.headersSent) response.setHeader('x-request-id', requestId);
  return requestId;
}
