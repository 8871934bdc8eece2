import type { IncomingMessage } from 'node:http';

/**
 * May this page speak to us? Browsers let every page open a WebSocket or an EventSource to anywhere and say in `Origin` which page it is;
 * only the server can refuse (cross-site WebSocket hijacking, RFC 6455 §10.2). Other clients send no `Origin`.
 */
export function isOriginAllowed({ headers: { origin, host } }: IncomingMessage, allowed: readonly string[]): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false; // "null": a file, a sandboxed frame
  const page = new URL(origin);
  return page.host === host?.toLowerCase() || allowed.includes(page.origin);
}
