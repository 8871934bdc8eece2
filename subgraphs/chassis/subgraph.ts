import type { PrismaPg } from '@prisma/adapter-pg';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { SubgraphName } from '#schema/events.ts';
import { createAuditTrail } from './audit-trail.ts';
import { announceRightsByTime } from './access/rights-by-time.ts';
import type { Caller, Origin } from './caller.ts';
import { openChangeNotices, type Changes } from './change-notices.ts';
import { createChartAccess } from './chart-access.ts';
import type { RequestContext } from './context.ts';
import { capEntities } from './entity-cap.ts';
import { openDatabase, type Database, type SqlExecutor, type TransactionalClient } from './database.ts';
import { createInbox, type EventHandlers, type Inbox } from './events-in.ts';
import { forgetOldRecords } from './housekeeping.ts';
import { eventLinks } from './links.ts';
import { createRelay, type Courier, type Relay } from './relay.ts';
import { scalars } from './scalars.ts';
import { subgraphSdl } from './subgraph-sdl.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';

/** What a subgraph is started with; the same for a process of its own and for all in one process. */
export interface SubgraphOptions {
  databaseUrl: string;
  log: Logger;
  /** How its events travel. */
  courier: Courier;
  now?: () => Date;
  env?: NodeJS.ProcessEnv;
  maxConnections?: number;
  /** Hears every SQL statement: for tests that count them. */
  onStatement?: (text: string) => void;
  /** Times of the relay; the defaults are for production. */
  relay?: { pollMs?: number; heartbeatMs?: number };
}

/** A running subgraph, before any transport: HTTP and in-process calls stand on the same four things. */
export interface Subgraph<Context extends RequestContext = RequestContext> {
  readonly name: SubgraphName;
  readonly schema: GraphQLSchema;
  context(request: { caller: Caller; requestId: string; origin?: Origin }): Context;
  readonly subscriptions: Subscriptions;
  readonly inbox: Inbox;
  readonly relay: Relay;
  readonly database: Database;
  /** @throws when the database does not answer */
  ready(): Promise<void>;
  /** Starts the relay and background work. */
  start(): void;
  close(): Promise<void>;
}

/** Work that runs beside the requests; `close` ends it and waits for what is under way. */
export interface BackgroundWork {
  close(): Promise<void>;
}

export interface SubgraphDefinition<
  Tx extends SqlExecutor,
  Client extends TransactionalClient<Tx>,
  Context extends RequestContext<Client>,
> {
  name: SubgraphName;
  /** Resolvers of the SDL, without the scalars of schema/common.graphql. */
  resolvers: object;
  openClient: (adapter: PrismaPg) => Client;
  createContext: (base: RequestContext<Client>, options: SubgraphOptions) => Context;
  handlers: EventHandlers<Tx>;
  /** Runs before the first request: data the subgraph cannot work without. */
  prepare?: (base: RequestContext<Client>) => Promise<void>;
  start?: (systemContext: (requestId: string) => Context) => BackgroundWork;
}

interface ContextRequest {
  caller: Caller;
  requestId: string;
  origin?: Origin;
  changes?: Changes;
}

/** Who acts when nobody asked: event handlers and background work. */
export const systemCaller = (name: SubgraphName): Caller => ({ role: 'SYSTEM', subject: `system:${name}`, scopes: [] });

export function defineSubgraph<Tx extends SqlExecutor, Client extends TransactionalClient<Tx>, Context extends RequestContext<Client>>(
  definition: SubgraphDefinition<Tx, Client, Context>,
): (options: SubgraphOptions) => Promise<Subgraph<Context>> {
  return async (options) => {
    const { name } = definition;
    const { log } = options;
    const database = openDatabase(
      {
        url: options.databaseUrl,
        applicationName: name,
        log,
        ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
        ...(options.onStatement && { onStatement: options.onStatement }),
      },
      definition.openClient,
    );
    const relay = createRelay({
      source: name,
      consumers: eventLinks.filter(({ from }) => from === name).map(({ to }) => to),
      pool: database.pool,
      courier: options.courier,
      log,
      ...options.relay,
    });
    const inbox = createInbox<Tx>({ name, client: database.client, handlers: definition.handlers, outbox: relay, log });
    const notices = openChangeNotices({ url: options.databaseUrl, applicationName: name, log });
    const base = ({ caller, requestId, origin = {}, changes = notices }: ContextRequest): RequestContext<Client> => ({
      subgraph: name,
      caller,
      requestId,
      origin,
      audit: createAuditTrail(),
      log: log.child({ requestId }),
      database,
      outbox: relay,
      charts: createChartAccess(caller, database.client),
      changes,
      now: options.now ?? (() => new Date()),
    });
    const context = (request: ContextRequest) => definition.createContext(base(request), options);
    const schema = buildSubgraphSchema({ typeDefs: parse(subgraphSdl(name)), resolvers: { ...scalars, ...definition.resolvers } });
    capEntities(schema);
    const subscriptions = createSubscriptions({ schema, notices, context });
    const background: BackgroundWork[] = [];

    await definition.prepare?.(base({ caller: systemCaller(name), requestId: `${name}-start` }));

    return {
      name,
      schema,
      context,
      subscriptions,
      inbox,
      relay,
      database,
      async ready() {
        await database.pool.query('select 1');
      },
      start() {
        relay.start();
        background.push(forgetOldRecords(database.pool, log), announceRightsByTime(database.pool, log));
        if (definition.start) background.push(definition.start((requestId) => context({ caller: systemCaller(name), requestId })));
      },
      async close() {
        subscriptions.end();
        await notices.close();
        await Promise.all(background.map((work) => work.close()));
        await Promise.all([relay.close(), inbox.close()]);
        await database.close();
      },
    };
  };
}
