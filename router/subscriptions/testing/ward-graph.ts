import { EventEmitter, on } from 'node:events';
import { smallSubgraph, type SmallSubgraph } from '../../testing/small-subgraph.ts';

export interface WardGraph extends AsyncDisposable {
  readonly subgraphs: Readonly<Record<'visits' | 'people', SmallSubgraph>>;
  /** A new state of the visit, for all who watch it. */
  change(status: string): void;
}

/** Visits that change, and the names of their patients in another subgraph. */
export async function wardGraph(): Promise<WardGraph> {
  const changes = new EventEmitter({ captureRejections: false }).setMaxListeners(0);
  let status = 'planned';
  const visit = () => ({ id: 'v1', status, patient: { id: 'p1' } });
  const visits = await smallSubgraph(
    `type Query { visit: Visit }
     type Subscription {
       visitUpdated: Visit @tag(name: "newest-says-all")
       statusChanged(limit: Int): Visit
     }
     type Visit { id: ID!  status: String!  patient: Patient }
     type Patient @key(fields: "id") { id: ID! }`,
    {
      Query: { visit },
      Subscription: {
        visitUpdated: {
          async *subscribe() {
            const changed = on(changes, 'change');
            yield { visitUpdated: visit() };
            for await (const _ of changed) yield { visitUpdated: visit() };
          },
        },
        statusChanged: {
          async *subscribe() {
            for await (const _ of on(changes, 'change')) yield { statusChanged: visit() };
          },
        },
      },
    },
  );
  const people = await smallSubgraph('type Patient @key(fields: "id") { id: ID!  name: String }', {
    Patient: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Ada' }) },
  });
  return {
    subgraphs: { visits, people },
    change(next) {
      status = next;
      changes.emit('change');
    },
    async [Symbol.asyncDispose]() {
      visits.breakStreams();
      await Promise.all([visits.stop(), people.stop()]);
    },
  };
}
