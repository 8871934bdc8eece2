import { getNamedType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { Caller } from '#chassis/caller.ts';
import type { Subgraph } from '#chassis/subgraph.ts';
import { ask, write, type Asked } from './asked.ts';
import type { OpenGraph } from './graph.ts';
import type { KnownData } from './known-data.ts';
import type { Ledger } from './ledger.ts';
import type { Person } from './people.ts';

// What subscriptions show: the first event of each, which comes at once.

interface Event {
  data?: Record<string, unknown> | null;
}

const everythingOf = (schema: GraphQLSchema, name: string, given: string): Asked => {
  const root = schema.getSubscriptionType() as GraphQLObjectType;
  const type = getNamedType(root.getFields()[name]?.type) as GraphQLObjectType;
  const fields = Object.keys(type.getFields()).filter((field) => field !== 'id');
  return ask(root, name, { arguments: given, children: fields.map((field) => ask(type, field)) });
};

const eventsAsked = (schema: GraphQLSchema, known: KnownData): { variant: string; root: Asked }[] =>
  Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).flatMap((name) => {
    const given = known.subscriptionArguments[name];
    if (!given) throw new Error(`tests/access must know arguments for Subscription.${name}`);
    return Object.entries(given).map(([variant, text]) => ({ variant, root: everythingOf(schema, name, text) }));
  });

/** Through the router, as server-sent events. */
export function watchThroughRouter(graph: OpenGraph, schema: GraphQLSchema, known: KnownData, ledger: Ledger) {
  const asked = eventsAsked(schema, known);
  return async (person: Person, caller: Caller | null): Promise<void> => {
    for (const { variant, root } of asked) {
      const { data } = await firstEvent(graph, caller, `subscription ${write([root], 'plain')}`);
      ledger.root({ person, way: 'subscription', question: `router ${root.field}${root.arguments}` }, 'plain', root, data, variant);
    }
  };
}

async function firstEvent(graph: OpenGraph, caller: Caller | null, query: string): Promise<Event> {
  const leaving = new AbortController();
  const response = await fetch(graph.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(caller && { authorization: `Bearer ${graph.tokenOf(caller)}` }),
    },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const [, event] = /^event: next\ndata: (.*)\n\n/m.exec(text) ?? [];
      if (event) return JSON.parse(event) as Event;
      if (text.includes('event: complete')) break;
    }
  } finally {
    leaving.abort();
  }
  return {};
}

/** What the first events of all subscriptions of a subgraph show, without the router. */
export function firstEventsOf({ schema, subscriptions }: Subgraph, known: KnownData) {
  const asked = eventsAsked(schema, known);
  return async (caller: Caller): Promise<{ variant: string; root: Asked; data: Event['data'] }[]> => {
    const shown = [];
    for (const { variant, root } of asked) {
      const events = subscriptions.subscribe({ query: `subscription ${write([root], 'plain')}`, caller, requestId: 'matrix' });
      const { value } = await events.next();
      await events.return(undefined);
      shown.push({ variant, root, data: (value as Event | undefined)?.data });
    }
    return shown;
  };
}

/** At the subgraphs that own them. */
export function watchDirectly({ subgraphs }: OpenGraph, known: KnownData, ledger: Ledger) {
  const places = [...subgraphs].map(([name, subgraph]) => ({ name, watch: firstEventsOf(subgraph, known) }));
  return async (person: Person, caller: Caller): Promise<void> => {
    for (const { name, watch } of places)
      for (const { variant, root, data } of await watch(caller))
        ledger.root({ person, way: 'direct', question: `${name} ${root.field}${root.arguments}` }, 'plain', root, data, variant);
  };
}
