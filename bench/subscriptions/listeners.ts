import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';

const authorization = 'Bearer ann';
const operation = (room: string) => ({ query: `subscription { counter(room: "${room}") { value text } }` });

/** Opens subscriptions to the rooms, one each; each result is one call of `onResult`. Resolves when all are open. */
export type OpenListeners = (url: string, rooms: readonly string[], onResult: () => void) => Promise<void>;

/** `perSocket` subscriptions on one WebSocket. */
export const overWebSocket =
  (perSocket: number): OpenListeners =>
  async (url, rooms, onResult) => {
    for (let first = 0; first < rooms.length; first += perSocket)
      await openSocket(url.replace('http', 'ws'), rooms.slice(first, first + perSocket), onResult);
  };

function openSocket(url: string, rooms: readonly string[], onResult: () => void): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  const open = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })));
    socket.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === 'next') return onResult();
      if (type !== 'connection_ack') return reject(new Error(`unexpected message: ${type}`));
      for (const [index, room] of rooms.entries())
        socket.send(JSON.stringify({ id: String(index), type: 'subscribe', payload: operation(room) }));
      resolve();
    });
  });
  return open;
}

const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

export const overSse: OpenListeners = overHttp('text/event-stream', 'event: next');
export const overMultipart: OpenListeners = overHttp('multipart/mixed;subscriptionSpec=1.0,application/json', '{"payload"');

function overHttp(accept: string, mark: string): OpenListeners {
  const open = (url: string, room: string, onResult: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const asking = request(url, { agent, method: 'POST', headers: { accept, authorization, 'content-type': 'application/json' } });
      asking.once('error', reject);
      asking.once('response', (response) => {
        if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) onResult();
        });
        resolve();
      });
      asking.end(JSON.stringify(operation(room)));
    });
  return async (url, rooms, onResult) => {
    for (const room of rooms) await open(url, room, onResult);
  };
}
