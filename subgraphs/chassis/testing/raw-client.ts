import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawClient extends Disposable {
  readonly socket: Socket;
  /** Everything that came so far. */
  received(): string;
  /** Resolves with all that came when the connection is closed, however; rejects when it was reset. */
  readonly closed: Promise<string>;
}

/** A TCP connection that says exactly what a test wants, HTTP or not. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'connect');
  const closed = new Promise<string>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
  closed.catch(() => undefined); // a test that does not wait for the end does not care how it ends
  return { socket, received: () => text, closed, [Symbol.dispose]: () => socket.destroy() };
}

/** Writes one byte after the other, without end, until the connection closes. */
export function trickle(socket: Socket, byte: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(byte), everyMs);
  socket.once('close', () => clearInterval(timer));
}
