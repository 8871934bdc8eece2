import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
  ApolloServerPluginSchemaReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { holdUntilRecorded } from './audit/hold-answer.ts';
import type { RequestContext } from './context.ts';
import { graphqlCodes } from './errors.ts';
import { eventBatch, type EventBatch } from './events-in.ts';
import { graphqlOverHttp } from './graphql-over-http.ts';
import { graphqlOverSse, wantsEventStream } from './graphql-over-sse.ts';
import { HttpError, requestUrl, sendJson, startHttpServer, type HttpServer } from './http.ts';
import { bodyHash, internalTokenHeader, linkKey, verifyInternalToken, type LinkKeys, type VerifiedClaims } from './internal-token.ts';
import { logOperations } from './log-operations.ts';
import { maskUnexpected } from './mask-unexpected.ts';
import { readJson, type CheckBody } from './request-body.ts';
import type { Subgraph } from './subgraph.ts';
import type { IncomingMessage } from 'node:http';

export interface ServeOptions {
  port: number;
  host?: string;
  linkKeys: LinkKeys;
  log: Logger;
}

const maxBodyBytes = 4 * 1024 * 1024;

/**
 * Puts a subgraph on HTTP: /graphql for the router (subscriptions as an event stream), /events for subgraphs that push, /health for the supervisor.
 * Whatever comes without a token signed for this subgraph is refused, introspection and `_entities` included.
 */
export async function serveSubgraph(subgraph: Subgraph, { port, host, linkKeys, log }: ServeOptions): Promise<HttpServer> {
  const server = new ApolloServer<RequestContext>({
    schema: subgraph.schema,
    introspection: true,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => maskUnexpected(formatted, error, log),
    logger: log,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(), // would look at every field of every answer, for a header that nobody reads
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      holdUntilRecorded(),
      logOperations(),
    ],
  });
  await server.start();

  const identities = new WeakMap<IncomingMessage, VerifiedClaims>();
  const identify = (request: IncomingMessage, from: string): void => {
    const header = request.headers[internalTokenHeader];
    const token = typeof header === 'string' ? header : undefined;
    const claims = linkKeys.has(`${from}>${subgraph.name}`)
      ? verifyInternalToken(token, { from, to: subgraph.name }, linkKey(linkKeys, from, subgraph.name))
      : null;
    if (!claims) throw notForYou();
    identities.set(request, claims);
  };
  // The token is looked at first: nobody else's bytes are read.
  const checkBody: CheckBody = (request, bytes) => {
    if (identities.get(request)?.bodyHash !== bodyHash(bytes)) throw notForYou();
  };
  const claimsOf = (request: IncomingMessage): VerifiedClaims => {
    const claims = identities.get(request);
    if (!claims) throw new GraphQLError(graphqlCodes.UNAUTHENTICATED, { extensions: { code: 'UNAUTHENTICATED' } });
    return claims;
  };
  const graphql = graphqlOverHttp(server, { maxBodyBytes, checkBody, context: async (request) => subgraph.context(claimsOf(request)) });
  const subscriptions = graphqlOverSse(subgraph.subscriptions, { maxBodyBytes, checkBody, claims: claimsOf });

  const receiveEvents = async (request: IncomingMessage): Promise<unknown> => {
    const from = request.headers['x-event-source'];
    if (typeof from !== 'string') throw new HttpError(401, 'UNAUTHENTICATED', 'Events come with x-event-source and a token.');
    identify(request, from);
    const batch = eventBatch.safeParse(await readJson(request, maxBodyBytes, checkBody));
    if (!batch.success || batch.data.source !== from || batch.data.events.some((event) => event.source !== from)) {
      throw new HttpError(400, 'BAD_REQUEST', 'The body is not a batch of events of the sender.');
    }
    return { results: await subgraph.inbox.receive(batch.data as EventBatch) };
  };

  return startHttpServer({
    port,
    ...(host !== undefined && { host }),
    onError: (error) => log.error({ err: error }, 'a request failed outside of GraphQL'),
    handler: async (request, response) => {
      const { pathname } = requestUrl(request);
      if (pathname === '/health/live') return sendJson(response, 200, { status: 'ok' });
      if (pathname === '/health/ready') {
        const failure = await subgraph.ready().then(
          () => undefined,
          () => 'the database does not answer',
        );
        return sendJson(response, failure ? 503 : 200, failure ? { status: 'down', reason: failure } : { status: 'ok' });
      }
      if (pathname === '/events' && request.method === 'POST') return sendJson(response, 200, await receiveEvents(request));
      if (pathname === '/graphql') {
        identify(request, 'router');
        // Of a GET the query is in the URL, which no token is bound to.
        if (request.method !== 'POST') throw new HttpError(405, 'BAD_REQUEST', 'A subgraph takes operations with POST.', { allow: 'POST' });
        return wantsEventStream(request) ? subscriptions(request, response) : graphql(request, response);
      }
      throw new HttpError(404, 'NOT_FOUND', 'There is nothing here.');
    },
  }).then((http) => ({
    ...http,
    async close() {
      // Streams have no end to wait for: who listens subscribes again, elsewhere or when this service is back.
      subgraph.subscriptions.end();
      await http.close();
      await server.stop();
    },
  }));
}

const notForYou = (): HttpError =>
  new HttpError(401, 'UNAUTHENTICATED', 'This service answers its router and its peers only. Ask the router.');
