import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError, requestUrl, sendJson } from '#chassis/http.ts';
import type { Handler } from '#chassis/http.ts';
import { demoTokens, sendTokens } from './demo-tokens.ts';
import type { DevIssuer } from './dev-issuer.ts';
import { serveDevIssuer } from './dev-issuer/serve.ts';
import type { GraphqlHandler } from './graphql-handler.ts';
import { sendReadiness } from './health.ts';
import { requestIdFrom, requestIdHeader } from './request-id.ts';
import { createSandbox } from './sandbox.ts';
import type { ClientSubscriptions } from './subscriptions/client-subscriptions.ts';
import type { SubgraphTransport } from './subgraph/transport.ts';

export interface RouteOptions {
  readonly graphql: GraphqlHandler;
  readonly subscriptions: Pick<ClientSubscriptions, 'handle'>;
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  readonly sandbox: boolean;
  readonly devIssuer?: DevIssuer;
}

/** Which path leads where. */
export function routes({ graphql, subscriptions, transports, sandbox, devIssuer }: RouteOptions): Handler {
  const sendSandbox = sandbox ? createSandbox() : null;
  const issuerAt = devIssuer ? serveDevIssuer(devIssuer) : () => null;
  return async (request, response) => {
    const requestId = requestIdFrom(request.headers[requestIdHeader]);
    response.setHeader(requestIdHeader, requestId);
    const { pathname, searchParams } = requestUrl(request);
    const isGet = request.method === 'GET' || request.method === 'HEAD';
    if (pathname === '/graphql') {
      // A link with a query in it is for GraphQL clients; a person who opens the bare address wants to look around.
      if (sendSandbox && isGet && wantsPage(request) && !searchParams.has('query')) return sendSandbox(request, response);
      if (await subscriptions.handle(request, response, requestId)) return;
      return graphql(request, response, requestId);
    }
    if (isGet && pathname === '/health/live') return sendJson(response, 200, { status: 'ok' });
    if (isGet && pathname === '/health/ready') return sendReadiness(response, transports);
    if (isGet && pathname === '/') return sendSandbox && wantsPage(request) ? sendSandbox(request, response) : sendDirections(response);
    if (isGet && devIssuer && pathname === '/dev/tokens') return sendTokens(response, await demoTokens(devIssuer), wantsPage(request));
    const serveIssuer = issuerAt(pathname);
    if (serveIssuer) return serveIssuer(request, response);
    throw new HttpError(404, 'NOT_FOUND', 'There is nothing here. GraphQL is at /graphql.');
  };
}

const sendDirections = (response: ServerResponse): void => sendJson(response, 200, { graphql: '/graphql', health: '/health/ready' });

/** Browsers ask for HTML by name; JSON clients do not, or ask for anything. */
const wantsPage = (request: IncomingMessage): boolean => /\btext\/html\b/i.test(request.headers.accept ?? '');
