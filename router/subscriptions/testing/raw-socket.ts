import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

/** A WebSocket client that says exactly what a test says. */
export interface RawSocket extends Disposable {
  readonly socket: WebSocket;
  send(message: unknown): void;
  /** The next message, parsed. */
  next(): Promise<Record<string, unknown>>;
  /** How the socket was closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Resolves when the socket is open. */
export async function rawSocket(url: string, options: ClientOptions = {}): Promise<RawSocket> {
  const { protocol, ...rest } = options;
  const socket = new WebSocket(url, protocol ?? 'graphql-transport-ws', rest);
  const messages: Record<string, unknown>[] = [];
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Record<string, unknown>;
    const reader = waiting.shift();
    if (reader) reader(message);
    else messages.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, 'open');
  socket.on('error', () => undefined); // 'close' follows
  return {
    socket,
    closed,
    send: (message) => socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    next: async () => messages.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** The same, acknowledged as Ann. */
export async function readySocket(url: string, options: ClientOptions = {}): Promise<RawSocket> {
  const raw = await rawSocket(url, options);
  raw.send({ type: 'connection_init', payload: { authorization: 'Bearer ann' } });
  await raw.next();
  return raw;
}
