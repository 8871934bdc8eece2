import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from 'pino';
import { startHttpServer } from '#chassis/http.ts';
import type { HttpLimits, HttpServer } from '#chassis/http.ts';
import { internalTokenHeader, linkKey, signInternalToken } from '#chassis/internal-token.ts';
import type { LinkKeys } from '#chassis/internal-token.ts';
import { rolePolicies, type Policy } from './authorization/role-policies.ts';
import { maskError } from './client-errors.ts';
import type { DevIssuer } from './dev-issuer.ts';
import { createFederation, type Federation } from './federation.ts';
import { graphqlHandler } from './graphql-handler.ts';
import type { TokenVerifier } from './identity.ts';
import { IdleSessions } from './identity/idle-sessions.ts';
import { graphOperations } from './graph-operations.ts';
import type { RouterContext } from './request-context.ts';
import { clientAddressBehind, noProxies, type TrustedProxies } from './client-address.ts';
import { admission } from './limits/admission.ts';
import { documentGate } from './limits/document-gate.ts';
import { anyDocument, documents, type DocumentPolicy } from './limits/documents.ts';
import { defaultOperationLimits, type OperationLimits } from './limits/operation-limits.ts';
import type { RateLimits } from './limits/rate-limits.ts';
import { signInFor } from './sign-in.ts';
import { createClientSubscriptions, type ClientSubscriptionsOptions } from './subscriptions/client-subscriptions.ts';
import { defectForLog } from '#chassis/log-defect.ts';
import { incrementalDelivery } from './incremental-delivery.ts';
import { planHere } from './plan/plan-source.ts';
import { planningThread, type PlanningLimits } from './plan/planning-thread.ts';
import { requestPlugin } from './request-plugin.ts';
import { routes } from './routes.ts';
import { writeResult } from './write-result.ts';
import { subgraphClient } from './subgraph/client.ts';
import type { SubgraphClientOptions } from './subgraph/client.ts';
import { MutationCount } from './subgraph/query-sharing.ts';
import type { SubgraphTransport } from './subgraph/transport.ts';

/** How the router knows who asks, and how it proves to subgraphs that it is the router. */
export interface RouterIdentity {
  readonly verifyToken: TokenVerifier;
  /** Not needed when every subgraph runs in this process: nothing is signed that does not leave it. */
  readonly linkKeys?: LinkKeys;
}

export interface RouterOptions {
  readonly supergraphSdl: string;
  /** How to reach each subgraph of the supergraph, by name. The router closes them. */
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  /** `none`: nobody is asked who they are, and subgraphs are told nothing. For trying a supergraph out; refused in production. */
  readonly identity: RouterIdentity | 'none';
  readonly log: Logger;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** Closes introspection and the sandbox. */
  readonly production?: boolean;
  /** Is served with its endpoints and, for the sandbox, tokens of the demo people. Never in production. */
  readonly devIssuer?: DevIssuer;
  /** Where clients reach the router (`https://graph.example`), when that is not `http://localhost` and its port. */
  readonly publicUrl?: string;
  /** Logs off sessions in which nothing was asked for so long. 15 minutes unless given. */
  readonly idleLogoffMs?: number;
  readonly requestDeadlineMs?: number;
  readonly http?: Partial<HttpLimits>;
  readonly subscriptions?: Pick<ClientSubscriptionsOptions, 'share' | 'allowedOrigins' | 'limits'>;
  /** What `@policy` of the supergraph may name beside the roles (`role:BILLER`). A supergraph that names another one is refused. */
  readonly policies?: ReadonlyMap<string, Policy>;
  /** Which documents run. Those of its manifests are also looked at in a reload: one that takes something away from them is refused. */
  readonly documents?: DocumentPolicy;
  readonly limits?: Partial<OperationLimits>;
  /** Counts what callers use. Without it nothing is counted. The router does not close its store. */
  readonly rates?: RateLimits;
  /** Proxies whose word on the client's address is taken. None unless given. */
  readonly trustedProxies?: TrustedProxies;
  /** May identical queries to a subgraph, of the same caller at the same time, share one request? True unless given. */
  readonly shareQueries?: boolean;
  /** Operations are planned in a thread of their own. `in this thread`: for tests of small graphs, where a thread costs more than it gives. */
  readonly planning?: Partial<PlanningLimits> | 'in this thread';
}

export interface Router {
  readonly port: number;
  /** `http://localhost:4000`, without a path. */
  readonly url: string;
  /** Serves another supergraph of the same subgraphs from now on, or says why not and goes on with the old one. */
  readonly reload: Federation['reload'];
  /** Takes no new request, lets those under way finish. */
  close(): Promise<void>;
}

const maxBodyBytes = 1024 * 1024;

/** Builds the router and listens. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const {
    transports,
    log,
    production = false,
    requestDeadlineMs = 10_000,
    shareQueries = true,
    rates = null,
    identity,
    devIssuer,
    planning = {},
  } = options;
  if (production && devIssuer) throw new Error('the development issuer does not run in production');
  if (production && identity === 'none') throw new Error('a router that asks nobody who they are does not run in production');

  const limits = { ...defaultOperationLimits, ...options.limits };
  const documentPolicy = options.documents ?? anyDocument;
  const textOf = documents(documentPolicy, documentGate(limits));
  const admit = admission(limits.cost, rates);
  const addressOf = clientAddressBehind(options.trustedProxies ?? noProxies);

  const sharing = shareQueries ? new MutationCount() : undefined;
  const clients = new Map(
    [...transports].map(([service, transport]) => [
      service,
      subgraphClient({ service, transport, log, sharing, identify: identifyTo(service, identity) }),
    ]),
  );
  const federation = createFederation({
    supergraphSdl: options.supergraphSdl,
    log,
    planSource: planning === 'in this thread' ? planHere : (source) => planningThread({ ...source, limits: planning }),
    policies: new Map([...rolePolicies, ...(options.policies ?? [])]),
    registeredOperations: documentPolicy.manifests.all,
    clientOf(service) {
      const client = clients.get(service);
      if (!client) throw new Error(`the supergraph has a subgraph "${service}" that the router was given no way to reach`);
      return client;
    },
  });
  const signIn = signInFor(identity === 'none' ? 'nothing' : production ? 'everything' : 'data');
  const server = new ApolloServer<RouterContext>({
    gateway: federation.gateway,
    introspection: !production,
    csrfPrevention: false, // csrf.ts and the content-type do that, without asking programs for odd headers
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    hideSchemaDetailsFromClientErrors: production,
    parseOptions: { maxTokens: limits.tokens },
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: maskError,
    stringifyResult: writeResult,
    logger: log.child({}, { level: 'warn' }),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      incrementalDelivery(federation.graph),
      requestPlugin({ signIn, admit, graph: federation.graph, tellCost: !production }),
    ],
  });
  await server.start();

  const verifyToken = identity === 'none' ? null : identity.verifyToken;
  const sessions = new IdleSessions(options.idleLogoffMs === undefined ? {} : { idleMs: options.idleLogoffMs });
  const subscriptions = createClientSubscriptions({
    operations: graphOperations({
      server,
      graph: federation.graph,
      signIn,
      textOf,
      limits,
      tellNames: !production,
      admit,
      eventDeadlineMs: requestDeadlineMs,
    }),
    verifyToken,
    sessions,
    addressOf,
    rates,
    log,
    deadlineMs: requestDeadlineMs,
    ...options.subscriptions,
  });
  const graphql = graphqlHandler({
    server,
    verifyToken: verifyToken && sessions.guard(verifyToken),
    sessions,
    textOf,
    addressOf,
    rates,
    requestDeadlineMs,
    maxBodyBytes,
    log,
  });
  const http: HttpServer = await startHttpServer({
    port: options.port,
    ...(options.host !== undefined && { host: options.host }),
    handler: routes({ graphql, subscriptions, transports, sandbox: !production, ...(devIssuer && { devIssuer }) }),
    ...(options.http && { limits: options.http }),
    onError: (error) => log.error({ defect: defectForLog(error) }, 'a request failed outside of GraphQL'),
    onUpgrade: (request, connection, head) => void subscriptions.upgrade(request, connection, head),
    onUnreadable: (unreadable) => log.info(unreadable, 'a request could not be read'),
  }).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  devIssuer?.serveAt(options.publicUrl ?? http.url);
  return {
    port: http.port,
    url: http.url,
    reload: federation.reload,
    async close() {
      await subscriptions.close();
      await http.close();
      await server.stop();
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}

function identifyTo(service: string, identity: RouterOptions['identity']): SubgraphClientOptions['identify'] {
  if (identity === 'none') return () => nothing;
  if (!identity.linkKeys) return ({ caller }) => caller && nothing;
  const key = linkKey(identity.linkKeys, 'router', service);
  return ({ caller, requestId, origin }) =>
    caller &&
    ((body) => ({ [internalTokenHeader]: signInternalToken({ from: 'router', to: service, caller, requestId, origin }, body, key) }));
}

const nothing = () => ({});
