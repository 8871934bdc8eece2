import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { examples } from './examples.ts';
import { personaBar } from './persona-bar.ts';

interface Page {
  readonly plain: Buffer;
  readonly compressed: Buffer;
  readonly etag: string;
}

// Everything is in the page: nothing may be loaded from elsewhere, and nothing may be sent elsewhere.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'font-src data:',
  'worker-src blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** GraphiQL, the example operations and a choice of demo people. The page (9 MB) is built at the first request and kept. */
export function createSandbox(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let page: Promise<Page> | undefined;
  return async (request, response) => {
    const { plain, compressed, etag } = await (page ??= build());
    response.setHeader('etag', etag);
    response.setHeader('cache-control', 'no-cache'); // ask again each time; the answer is a short 304
    response.setHeader('vary', 'accept-encoding');
    response.setHeader('content-security-policy', contentSecurityPolicy);
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const body = zipped ? compressed : plain;
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.length,
      ...(zipped && { 'content-encoding': 'gzip' }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

async function build(): Promise<Page> {
  const html = renderGraphiQL({
    title: 'Telemedicine graph',
    endpoint: '/graphql',
    // Tokens change with each start; the persona bar adds a fresh one to every request instead.
    shouldPersistHeaders: false,
    defaultTabs: examples(new Date()).map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) })),
  });
  const end = html.lastIndexOf('</body>');
  const plain = Buffer.from(`${html.slice(0, end)}${personaBar}${html.slice(end)}`);
  const compressed = await promisify(gzip)(plain, { level: 6 });
  return { plain, compressed, etag: `"${createHash('sha256').update(plain).digest('base64url')}"` };
}
