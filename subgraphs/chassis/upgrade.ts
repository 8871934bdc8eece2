import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes over the connection of a request that asks for the WebSocket protocol. `head`: what the client sent right behind the request. */
export type OnUpgrade = (request: IncomingMessage, connection: Duplex, head: Buffer) => void;

/**
 * Hears upgrade requests: WebSockets go to `onWebSocket`; any other is served as if it had not asked. HTTP lets a server ignore the wish
 * (RFC 9110 §7.8), and clients count on it: Java's asks for `h2c` with every first request. node:http takes every one for an upgrade
 * as soon as somebody listens.
 */
export const upgradeListener =
  (server: Server, onWebSocket: OnUpgrade): OnUpgrade =>
  (request, connection, head) => {
    if (request.headers.upgrade?.trim().toLowerCase() === 'websocket') return onWebSocket(request, connection, head);
    // The request is given to the server once more, without the wish, as the first bytes of the connection.
    connection.unshift(Buffer.concat([Buffer.from(withoutUpgrade(request), 'latin1'), head]));
    server.emit('connection', connection);
  };

function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    const isAboutUpgrade = /^(?:upgrade|http2-settings)$/i;
    if (isAboutUpgrade.test(name)) continue;
    const kept = name.toLowerCase() === 'connection' ? value.split(',').filter((option) => !isAboutUpgrade.test(option.trim())) : [value];
    if (kept.length > 0) lines.push(`${name}: ${kept.join(',')}`);
  }
  return [...lines, '', ''].join('\r\n');
}
