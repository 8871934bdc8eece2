import type { SubgraphName } from '#schema/events.ts';
import type { Logger } from 'pino';
import type { AuditTrail } from './audit-trail.ts';
import type { Caller, Origin } from './caller.ts';
import type { Changes } from './change-notices.ts';
import type { ChartAccess } from './chart-access.ts';
import type { Database, SqlClient } from './database.ts';
import type { Outbox } from './outbox.ts';
import type { RowProtection } from './protection/row-protection.ts';

/** What every resolver of every subgraph has. A subgraph's context.ts adds its services and loaders. */
export interface RequestContext<Client extends SqlClient = SqlClient> {
  readonly subgraph: SubgraphName;
  readonly caller: Caller;
  /** One id from the client through every service into every log line. */
  readonly requestId: string;
  readonly origin: Origin;
  /** What this request looks at and is refused. */
  readonly audit: AuditTrail;
  readonly log: Logger;
  readonly database: Database<Client>;
  /** Opens and seals what SQL by hand reads and writes, and makes blind indexes; models are opened and sealed by the client. */
  readonly protection: RowProtection;
  readonly outbox: Outbox;
  /** Whose charts the caller may open: self, proxy, treating relation. */
  readonly charts: ChartAccess;
  /** What a subscription waits with. Watches that its start opens end with it; nothing else opens one. */
  readonly changes: Changes;
  now(): Date;
}
