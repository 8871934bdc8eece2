import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import { GraphQLError } from 'graphql';
import { WebSocketServer } from 'ws';
import { HttpError, requestUrl } from '#chassis/http.ts';
import { defectForLog } from '#chassis/log-defect.ts';
import { unexpectedMessage } from '../client-errors.ts';
import { refusedByIdentity } from '../identity/refused-by-identity.ts';
import { countUnknown, TooManyUnknown } from '../limits/count-unknown.ts';
import { logRequest, newRecord } from '../request-log.ts';
import { requestIdFrom, requestIdHeader } from '../request-id.ts';
import { credentialsOf, identify } from './client-identity.ts';
import type { SignedIn } from './client-identity.ts';
import type { ClientServices } from './client-services.ts';
import { isOriginAllowed } from './origin.ts';
import { SocketSession } from './socket-session.ts';

/** Takes WebSockets at `/graphql`, subprotocol graphql-transport-ws. */
export class SocketServer {
  readonly #services: ClientServices;
  readonly #sessions = new Set<SocketSession>();
  readonly #server: WebSocketServer;
  #closing = false;
  #whenEmpty: () => void = () => undefined;

  constructor(services: ClientServices) {
    this.#services = services;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false, // 300 KB a socket, and a secret in a compressed answer can be guessed
      maxPayload: services.limits.messageBytes,
      handleProtocols,
    });
  }

  /** Answers the upgrade request of a WebSocket. */
  async upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> {
    const startedAt = performance.now();
    const requestId = requestIdFrom(request.headers[requestIdHeader]);
    connection.on('error', () => connection.destroy()); // until `ws` has it
    let giveBack: (() => void) | null = null;
    connection.once('close', () => giveBack?.());
    try {
      if (requestUrl(request).pathname !== '/graphql')
        throw new HttpError(404, 'NOT_FOUND', 'There is nothing here. GraphQL is at /graphql.');
      this.#refuseWhenClosing();
      if (!isOriginAllowed(request, this.#services.allowedOrigins))
        throw new HttpError(403, 'FORBIDDEN', 'This page may not use the graph. It must be of the same origin, or be listed.');
      giveBack = this.#services.count.open();
      if (!giveBack) throw new HttpError(503, 'TOO_MANY_CONNECTIONS', 'As many connections are open as may be. Try again shortly.');
      const token = await this.#identify(request);
      if (connection.destroyed) return;
      this.#refuseWhenClosing();
      this.#open(request, connection, head, token);
    } catch (error) {
      const refusal = error instanceof HttpError ? error : new HttpError(500, 'INTERNAL_SERVER_ERROR', unexpectedMessage);
      const log = this.#services.log.child({ requestId });
      if (refusal !== error) log.error({ defect: defectForLog(error) }, 'a WebSocket could not be opened');
      const record = { ...newRecord(), codes: [refusal.code] };
      logRequest(log, record, { status: refusal.status, durationMs: performance.now() - startedAt, clientLeft: false });
      refuseUpgrade(connection, refusal, requestId);
    }
  }

  #open(request: IncomingMessage, connection: Duplex, head: Buffer, token: SignedIn | null): void {
    this.#server.handleUpgrade(request, connection, head, (socket) => {
      // `ws` closes it by itself after an error; without a listener the process would end.
      socket.on('error', () => undefined);
      if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL)
        return socket.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
      const session = new SocketSession(this.#services, socket, token, this.#services.addressOf(request));
      this.#sessions.add(session);
      socket.once('close', () => {
        this.#sessions.delete(session);
        if (this.#sessions.size === 0) this.#whenEmpty();
      });
    });
  }

  async #identify(request: IncomingMessage): Promise<SignedIn | null> {
    try {
      const { verifyToken, addressOf, rates } = this.#services;
      return await countUnknown(verifyToken && rates, addressOf(request), () => identify(credentialsOf(request), verifyToken));
    } catch (error) {
      if (error instanceof TooManyUnknown) throw new HttpError(429, 'RATE_LIMITED', error.message, error.taken.headers);
      throw error instanceof GraphQLError ? refusedByIdentity(error) : error;
    }
  }

  #refuseWhenClosing(): void {
    if (this.#closing) throw new HttpError(503, 'SHUTTING_DOWN', 'This router is being stopped. Connect again.');
  }

  /** Tells every client to go elsewhere; resolves when all have gone, in a second or so. */
  async close(): Promise<void> {
    this.#closing = true;
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    if (this.#sessions.size === 0) return;
    for (const session of this.#sessions) session.goAway();
    await empty;
  }
}

/** No HTTP response object belongs to an upgrade: the answer is written by hand. */
function refuseUpgrade(connection: Duplex, { status, code, message, headers }: HttpError, requestId: string): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
  connection.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'connection: close',
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `${requestIdHeader}: ${requestId}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  );
}
