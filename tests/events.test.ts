import type pg from 'pg';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { eventDefinitions, eventsHeardBy, subgraphNames, type EventData, type EventType } from '#schema/events.ts';
import { newId, type IdPrefix } from '#chassis/ids.ts';
import { testSubgraph } from '#chassis/testing/test-subgraph.ts';
import { createSubgraph } from '../local/subgraphs.ts';

const types = Object.keys(eventDefinitions) as EventType[];

test.each(types)('%s has a schema that says what each field is', (type) => {
  const schema = z.toJSONSchema(eventDefinitions[type].data) as { type: string; properties: Record<string, object> };
  expect(schema.type).toBe('object');
  expect(Object.keys(schema.properties).length).toBeGreaterThan(0);
  expect(() => sample(type)).not.toThrow();
});

test.each(types)('%s carries nothing that identifies a person but ids', (type) => {
  const fields = Object.keys((z.toJSONSchema(eventDefinitions[type].data) as { properties: Record<string, object> }).properties);
  for (const field of fields) expect(field).not.toMatch(/name|birth|phone|mail|address|text|note$/i);
});

test.each(subgraphNames)('%s takes in every event it hears once, and a duplicate changes no row', async (name) => {
  await using graph = await testSubgraph(name, createSubgraph[name]);
  for (const type of eventsHeardBy(name)) {
    const data = sample(type);
    const event = graph.envelope(type, subjectOf(type, data), data);
    expect(await graph.deliver(event), type).toMatchObject({ outcome: 'applied' });
    const before = await rows(graph.subgraph.database.pool);
    expect(await graph.deliver(event), type).toMatchObject({ outcome: 'duplicate' });
    expect(await rows(graph.subgraph.database.pool), type).toEqual(before);
  }
});

/** Ids by kind, the same in every event: an appointment is booked and cancelled, a visit planned, started and finished. */
const ids = new Map<string, string>();
const idOf = (prefix: string): string => {
  const known = ids.get(prefix) ?? newId(prefix as IdPrefix);
  ids.set(prefix, known);
  return known;
};

interface JsonSchema {
  type?: string;
  pattern?: string;
  format?: string;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}

/** Data that fits the event, by its JSON Schema. */
function sample<T extends EventType>(type: T): EventData<T> {
  const made = fromSchema(z.toJSONSchema(eventDefinitions[type].data) as JsonSchema, '');
  return eventDefinitions[type].data.parse(made) as EventData<T>;
}

function fromSchema(schema: JsonSchema, field: string): unknown {
  if (schema.anyOf) return fromSchema(schema.anyOf[0] as JsonSchema, field);
  if (schema.enum) return schema.enum[0];
  if (schema.properties)
    return Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => [name, fromSchema(inner, name)]));
  if (schema.items) return [fromSchema(schema.items, field)];
  if (schema.format === 'date') return '2099-12-31';
  if (schema.type === 'boolean') return false;
  if (schema.type === 'integer') return field === 'sequence' ? 1 : 500;
  if (schema.format === 'date-time') return /end|expires/i.test(field) ? '2026-03-01T10:20:00.000Z' : '2026-03-01T10:00:00.000Z';
  const prefix = /^\^([a-z]+)_/.exec(schema.pattern ?? '')?.[1];
  if (prefix) return field === 'proxyPatientId' ? `${prefix}_01kdvdna00e00800000000000z` : idOf(prefix);
  if (schema.pattern === String.raw`^\d+$`) return '7';
  if (field === 'currency') return 'USD';
  if (field === 'substanceCode') return 'ingredient:amoxicillin';
  return 'sample';
}

/** Where the id of an aggregate has a shorter name than its type. */
const idFields: Readonly<Record<string, string>> = {
  AllergyIntolerance: 'allergyId',
  CareTeamMember: 'memberId',
  BreakGlassGrant: 'grantId',
};

const subjectOf = (type: EventType, data: object): string => {
  const { aggregate } = eventDefinitions[type];
  const field = idFields[aggregate] ?? `${aggregate[0]?.toLowerCase()}${aggregate.slice(1)}Id`;
  // The records of a service are one aggregate: its chain.
  return (data as Record<string, string>)[field] ?? eventDefinitions[type].source;
};

/** A digest of every table: equal only when no row was added, changed or removed. Deliveries go on by themselves; what is sent is in outbox_event. */
async function rows(pool: pg.Pool): Promise<Record<string, string>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not like '\\_prisma%' and tablename <> 'outbox_delivery'`,
  );
  const digests = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows: found } = await pool.query<{ digest: string | null }>(
        `select md5(string_agg(t::text, ',' order by t::text)) as digest from "${name}" as t`,
      );
      return [name, found[0]?.digest ?? ''] as const;
    }),
  );
  return Object.fromEntries(digests);
}
