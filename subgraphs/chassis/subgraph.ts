import type { PrismaPg } from '@prisma/adapter-pg';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { SubgraphName } from '#schema/events.ts';
import { createAuditTrail } from './audit-trail.ts';
import { announceRightsByTime } from './access/rights-by-time.ts';
import { z } from 'zod';
import { anchorInFile, anchorInLog } from './audit/anchor.ts';
import { createAuditWriter } from './audit/audit-writer.ts';
import type { SealedRecord } from './audit/record.ts';
import { createSealer } from './audit/sealer.ts';
import { shipByEvent } from './audit/ship.ts';
import { watchTypes, type AuditedTypes } from './audit/watch-types.ts';
import { systemCaller, type Caller, type Origin } from './caller.ts';
import { readConfig } from './config.ts';
import { openChangeNotices, type Changes } from './change-notices.ts';
import { createChartAccess, everyChartForMeasurement } from './chart-access.ts';
import type { RequestContext } from './context.ts';
import { capEntities } from './entity-cap.ts';
import { openDatabase, type Database, type SqlExecutor, type TransactionalClient } from './database.ts';
import { createInbox, type EventHandlers, type Inbox } from './events-in.ts';
import { forgetOldRecords } from './housekeeping.ts';
import { eventLinks } from './links.ts';
import { protectClient } from './protection/protect-client.ts';
import { openProtection } from './protection/protection.ts';
import type { ProtectedTable } from './protection/protected-tables.ts';
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
  /** Hears every SQL statement but those that read data keys, which are remembered for minutes: for tests that count them. */
  onStatement?: (text: string) => void;
  /** Times of the relay; the defaults are for production. */
  relay?: { pollMs?: number; heartbeatMs?: number };
  /** How often audit records are sealed; the default is for production. */
  sealEveryMs?: number;
  /**
   * Every relation counts as there and reads leave no audit record: for the bench that measures what access rules and audit cost, and
   * nothing else. No configuration reaches it.
   */
  unguardedForMeasurement?: boolean;
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
  /** Seals the audit records that are committed. @returns how many */
  seal(): Promise<number>;
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
  /** Whose columns are encrypted. */
  protects: readonly ProtectedTable[];
  createContext: (base: RequestContext<Client>, options: SubgraphOptions) => Context;
  handlers: EventHandlers<Tx>;
  /** Keeps sealed audit records, for the subgraph that gathers them; the others hand theirs on to it. */
  gatherAudit?: (tx: Tx, records: readonly SealedRecord[]) => Promise<void>;
  /** The GraphQL types whose values are data of a patient: each that goes into an answer leaves an audit record. */
  audited: AuditedTypes;
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

export function defineSubgraph<Tx extends SqlExecutor, Client extends TransactionalClient<Tx>, Context extends RequestContext<Client>>(
  definition: SubgraphDefinition<Tx, Client, Context>,
): (options: SubgraphOptions) => Promise<Subgraph<Context>> {
  return async (options) => {
    const { name } = definition;
    const { log } = options;
    const protection = openProtection({
      subgraph: name,
      databaseUrl: options.databaseUrl,
      tables: definition.protects,
      log,
      env: options.env ?? process.env,
    });
    try {
      await protection.prepare();
    } catch (error) {
      await protection.close();
      throw error;
    }
    const database = openDatabase(
      {
        url: options.databaseUrl,
        applicationName: name,
        log,
        ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
        ...(options.onStatement && { onStatement: options.onStatement }),
      },
      (adapter) => protectClient(definition.openClient(adapter), protection.tables, protection),
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
    const auditWriter = createAuditWriter(database.pool);
    const { AUDIT_ANCHOR_FILE: anchorFile } = readConfig(z.object({ AUDIT_ANCHOR_FILE: z.string().min(1).optional() }), options.env ?? {});
    const sealer = createSealer<Tx>({
      subgraph: name,
      client: database.client,
      ship: definition.gatherAudit ?? ((tx, records) => shipByEvent(name, tx, records)),
      shipped: () => relay.wake(),
      anchors: [anchorInLog(log), ...(anchorFile === undefined ? [] : [anchorInFile(anchorFile)])],
      log,
      everyMs: options.sealEveryMs,
    });
    const notices = openChangeNotices({ url: options.databaseUrl, applicationName: name, log });
    const base = ({ caller, requestId, origin = {}, changes = notices }: ContextRequest): RequestContext<Client> => ({
      subgraph: name,
      caller,
      requestId,
      origin,
      audit: createAuditTrail((accesses, kind) => auditWriter.write({ caller, requestId, origin }, accesses, kind)),
      log: log.child({ requestId }),
      database,
      protection,
      outbox: relay,
      charts: options.unguardedForMeasurement ? everyChartForMeasurement : createChartAccess(caller, database.client),
      changes,
      now: options.now ?? (() => new Date()),
    });
    const context = (request: ContextRequest) => definition.createContext(base(request), options);
    const schema = buildSubgraphSchema({ typeDefs: parse(subgraphSdl(name)), resolvers: { ...scalars, ...definition.resolvers } });
    capEntities(schema);
    if (!options.unguardedForMeasurement) watchTypes(schema, definition.audited);
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
      seal: () => sealer.seal(),
      async ready() {
        await database.pool.query('select 1');
      },
      start() {
        relay.start();
        sealer.start();
        background.push(forgetOldRecords(database.pool, log), announceRightsByTime(database.pool, log));
        if (definition.start) background.push(definition.start((requestId) => context({ caller: systemCaller(name), requestId })));
      },
      async close() {
        subscriptions.end();
        await notices.close();
        await Promise.all(background.map((work) => work.close()));
        await sealer.close();
        await Promise.all([relay.close(), inbox.close()]);
        await database.close();
        await protection.close();
      },
    };
  };
}
