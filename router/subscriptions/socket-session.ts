import { CloseCode, MessageType, parseMessage, stringifyMessage } from 'graphql-ws';
import type { ConnectionInitMessage, SubscribeMessage } from 'graphql-ws';
import { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import { defectForLog } from '#chassis/log-defect.ts';
import { hasNulInDocument, hasNulInJson } from '#chassis/request-body.ts';
import { withPurpose } from '../identity/purpose.ts';
import { countUnknown, TooManyUnknown } from '../limits/count-unknown.ts';
import { authorizationOf, identify, purposeIn } from './client-identity.ts';
import type { SignedIn } from './client-identity.ts';
import type { ClientServices } from './client-services.ts';
import type { StopReason } from './running-operation.ts';
import { SocketOperations } from './socket-operations.ts';
import { SocketWriter } from './socket-writer.ts';
import { TokenWatch } from './token-watch.ts';
import type { TokenEnd } from './token-watch.ts';

/** What is closed with these may connect again; graphql-ws clients do so by themselves (RFC 6455 §7.4.1). */
const goingAway = 1001;
const tryAgainLater = 1013;
const nothingToDo = 1000;
/** Ours (RFC 6455 §7.4.2): the session was idle and is logged off. */
const loggedOff = 4440;

/** One WebSocket that speaks graphql-transport-ws, from its opening to its close. */
export class SocketSession {
  readonly #services: ClientServices;
  readonly #socket: WebSocket;
  readonly #writer: SocketWriter;
  readonly #operations: SocketOperations;
  readonly #cleanUps: (() => void)[];
  /** Of the request that opened the socket; `connection_init` may bring another one. */
  #token: SignedIn | null;
  readonly #address: string | undefined;
  #state: 'opened' | 'identifying' | 'ready' | 'ending' | 'closing' = 'opened';

  constructor(services: ClientServices, socket: WebSocket, token: SignedIn | null, address: string | undefined) {
    this.#services = services;
    this.#socket = socket;
    this.#token = token;
    this.#address = address;
    this.#writer = new SocketWriter(socket, services.limits, () => this.#cutOff());
    this.#operations = new SocketOperations(services, this.#writer, address);
    const initTimer = setTimeout(() => {
      if (this.#state === 'opened') this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
    }, services.limits.initMs).unref();
    this.#cleanUps = [() => clearTimeout(initTimer), services.heartbeat.add(this)];
    socket.on('message', (data, isBinary) => {
      // `ws` gives text as a Buffer too.
      if (isBinary || !Buffer.isBuffer(data)) return this.close(CloseCode.BadRequest, 'Messages are text');
      this.#hear(data.toString());
    });
    socket.once('close', () => this.#end());
  }

  /** Ends every operation and then the socket. A client that does not answer the close is gone in a second. */
  close(code: number, reason: string, stop: StopReason = 'client left'): void {
    if (this.#state === 'closing') return;
    this.#state = 'closing';
    this.#operations.stop(stop);
    this.#socket.close(code, reason);
    const cutOff = setTimeout(() => this.#socket.terminate(), 1_000).unref();
    this.#socket.once('close', () => clearTimeout(cutOff));
  }

  goAway(): void {
    this.close(goingAway, 'Going away', 'shutting down');
  }

  beat(now: number): void {
    if (this.#state === 'ready' && this.#operations.idleMs(now) > this.#services.limits.idleMs) return this.close(nothingToDo, 'Idle');
    this.#writer.beat(now);
  }

  #hear(text: string): void {
    if (this.#state === 'closing') return;
    let message;
    try {
      message = parseMessage(text);
    } catch {
      return this.close(CloseCode.BadRequest, 'Invalid message received');
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        return void this.#initialise(message);
      case MessageType.Subscribe:
        return this.#subscribe(message, text);
      case MessageType.Complete:
        return this.#operations.complete(message.id);
      case MessageType.Ping:
        return this.#writer.sendNow(stringifyMessage({ type: MessageType.Pong, ...(message.payload && { payload: message.payload }) }));
      case MessageType.Pong:
        return;
      default:
        return this.close(CloseCode.BadRequest, 'Only a server sends this message');
    }
  }

  async #initialise({ payload }: ConnectionInitMessage): Promise<void> {
    if (this.#state !== 'opened') return this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    this.#state = 'identifying';
    const { verifyToken, rates, count, log } = this.#services;
    const sent = { authorization: authorizationOf(payload), purpose: purposeIn(payload) };
    try {
      // Without a token it counts as the request that opened the socket did.
      const named =
        sent.authorization === undefined
          ? null
          : await countUnknown(verifyToken && rates, this.#address, () => identify(sent, verifyToken));
      this.#token = named ?? (this.#token && { ...this.#token, caller: withPurpose(this.#token.caller, sent.purpose) });
    } catch (error) {
      if (error instanceof TooManyUnknown) return this.close(tryAgainLater, 'Too many requests');
      const code = error instanceof GraphQLError ? error.extensions['code'] : undefined;
      if (code === 'SESSION_IDLE') return this.close(loggedOff, 'Logged off');
      if (code === 'IDENTITY_UNAVAILABLE') return this.close(tryAgainLater, 'Try again later');
      if (error instanceof GraphQLError) return this.close(CloseCode.Forbidden, 'Forbidden');
      log.error({ defect: defectForLog(error) }, 'a token could not be checked');
      return this.close(tryAgainLater, 'Try again later');
    }
    if (this.#isClosing()) return;
    if (verifyToken && !this.#token) return this.close(CloseCode.Unauthorized, 'Unauthorized');
    const giveBack = count.openFor(this.#token?.caller ?? null);
    if (!giveBack) return this.close(tryAgainLater, 'Too many connections');
    this.#cleanUps.push(giveBack);
    if (this.#token) {
      const watch = new TokenWatch(this.#services, this.#token, (reason) => void this.#endToken(reason));
      this.#cleanUps.push(() => watch.close());
    }
    this.#state = 'ready';
    this.#writer.sendNow(stringifyMessage({ type: MessageType.ConnectionAck }));
  }

  #subscribe(message: SubscribeMessage, text: string): void {
    if (this.#state !== 'ready') return this.close(CloseCode.Unauthorized, 'Unauthorized');
    if (this.#operations.has(message.id)) return this.close(CloseCode.SubscriberAlreadyExists, 'Subscriber already exists');
    this.#services.sessions.asked(this.#token);
    this.#operations.start(message, this.#token?.caller ?? null, hasNulInJson(text) || hasNulInDocument(message.payload.query));
  }

  /** Every subscription hears why, then the socket closes; the client may come back with a new token. */
  async #endToken(reason: TokenEnd): Promise<void> {
    if (this.#state !== 'ready') return;
    this.#state = 'ending';
    await this.#operations.end(reason);
    if (reason === 'logged off') this.close(loggedOff, 'Logged off');
    else this.close(CloseCode.Forbidden, 'Forbidden');
  }

  /** No goodbye: who does not read would not read it. */
  #cutOff(): void {
    this.#operations.stop('too slow');
    this.#socket.terminate();
  }

  #end(): void {
    this.#state = 'closing';
    this.#operations.stop('client left');
    for (const cleanUp of this.#cleanUps.splice(0)) cleanUp();
  }

  #isClosing(): boolean {
    return this.#state === 'closing';
  }
}
