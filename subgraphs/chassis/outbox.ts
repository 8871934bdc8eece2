import { eventDefinitions, type EventData, type EventType, type SubgraphName } from '#schema/events.ts';
import { sqltag as sql } from '@prisma/client/runtime/client';
import type { SqlExecutor } from './database.ts';
import { newId } from './ids.ts';

/** Tells of a change, in the transaction of the change. */
export type Emit = <T extends EventType>(type: T, aggregateId: string, data: EventData<T>) => Promise<void>;

/** An event that was written and is not yet known to have been taken in. */
export interface PendingEvent {
  id: string;
  consumers: readonly SubgraphName[];
}

/** What publishes committed events; the relay implements it. */
export interface Outbox {
  /** Wakes the courier: new events are committed. */
  wake(): void;
  /** Resolves when the events were taken in by all who hear them, a consumer turns out to be unreachable, or the time is over. */
  settled(events: readonly PendingEvent[], timeoutMs: number): Promise<void>;
}

/**
 * The `emit` of one transaction of one subgraph. Checks the data against the event's schema: a wrong event is a defect
 * here, not at the consumer.
 */
export function emitter(source: SubgraphName, tx: SqlExecutor, causationId: string, written: PendingEvent[]): Emit {
  return async (type, aggregateId, data) => {
    const definition = eventDefinitions[type];
    if (definition.source !== source) throw new TypeError(`${source} cannot emit ${type}, an event of ${definition.source}`);
    const id = newId('evt');
    const payload = JSON.stringify(definition.data.parse(data));
    await tx.$executeRaw(
      sql`select publish_event(${id}, ${type}, ${aggregateId}, ${payload}::jsonb, ${causationId}, ${[...definition.consumers]}::text[])`,
    );
    if (definition.consumers.length > 0) written.push({ id, consumers: definition.consumers });
  };
}
