import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from '#chassis/http.ts';

/**
 * Refuses what a page of another site made a browser send. The router lets no other site in (it sends no CORS headers), so nothing of that
 * kind is meant; a WebSocket or an `<img>` would come without asking first. Programs are no browsers and need no special header.
 * @throws HttpError 403
 */
export function refuseOtherSites(headers: IncomingHttpHeaders): void {
  if (comesFromOtherSite(headers))
    throw new HttpError(403, 'BAD_REQUEST', 'Pages of other sites may not ask here. Serve the page from the same origin.');
}

/** https://www.w3.org/TR/fetch-metadata/ where the browser says it, otherwise the origin, otherwise the looks of it. */
export function comesFromOtherSite(headers: IncomingHttpHeaders): boolean {
  // A browser writes this header itself. `none` is a person: an address typed or a bookmark.
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (headers.origin !== undefined) return hostOf(headers.origin) !== headers.host;
  return isBareBrowserRequest(headers);
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null; // the origin of a sandboxed frame or a file is the word null
}

/**
 * A browser from before fetch metadata sends `<img src>` with neither header. The headers of a JSON client would have made it ask first
 * (a preflight), and it would have been told no.
 */
const isBareBrowserRequest = (headers: IncomingHttpHeaders): boolean =>
  (headers['user-agent'] ?? '').startsWith('Mozilla/') &&
  headers.authorization === undefined &&
  !/^application\/json\b/i.test(headers['content-type'] ?? '') &&
  !/json|text\/event-stream/i.test(headers.accept ?? '');
