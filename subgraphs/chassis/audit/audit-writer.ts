import type pg from 'pg';
import { purposeOf } from '../caller.ts';
import type { AuditedAccess, OperationKind } from '../audit-trail.ts';
import type { Acting } from './actor.ts';

/** Writes what requests looked at and were refused. */
export interface AuditWriter {
  /** Resolves when it is on disk. @throws when it cannot be written */
  write(acting: Acting, accesses: readonly AuditedAccess[], kind: OperationKind): Promise<void>;
}

/** Most things that one record names; who sees more of one patient at once leaves several. */
const mostEntities = 200;
/** Statements under way at once: while they are, what comes waits and goes together. */
const mostWrites = 2;

// One row per request and one per record, joined by the request's place: who acts is sent once.
const insert = {
  name: 'audit_append',
  text: `
    insert into audit_event (action, outcome, subject, role, actor, client_id, purpose, patient_id, entities, entity_count, address, request_id,
      operation_hash, break_glass_grant_id)
    select e.action, e.outcome, r.subject, r.role, r.actor, r.client_id, case when g.grant_id is null then r.purpose else 'ETREAT' end,
      e.patient_id, string_to_array(e.entities, ' '), e.entity_count, r.address, r.request_id, r.operation_hash, g.grant_id
    from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[])
        as e (request, action, outcome, patient_id, entities, entity_count)
      join unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
        with ordinality as r (subject, role, actor, client_id, purpose, address, request_id, operation_hash, practitioner_id, place)
        on r.place = e.request
      left join lateral (
        select grant_id from break_glass_grant as b
        where r.practitioner_id is not null and b.practitioner_id = r.practitioner_id and b.patient_id = e.patient_id
          and b.ended_at is null and clock_timestamp() between b.opened_at and b.expires_at
        order by b.opened_at desc limit 1) as g on true`,
};

interface Entry {
  readonly action: 'R' | 'E';
  readonly outcome: 'SUCCESS' | 'DENIED' | 'FAILED';
  readonly patientId: string | null;
  readonly entities: readonly string[];
}

interface Waiting {
  readonly acting: Acting;
  readonly entries: readonly Entry[];
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/** Records of requests that end at the same time go to disk in one statement and one commit. */
export function createAuditWriter(pool: Pick<pg.Pool, 'query'>): AuditWriter {
  let waiting: Waiting[] = [];
  let underWay = 0;

  async function send(batch: readonly Waiting[]): Promise<void> {
    try {
      await pool.query({ ...insert, values: valuesOf(batch) });
      for (const { done } of batch) done();
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length === 0) return only?.fail(error);
      // What cannot be written of one must not stop the others.
      for (const one of batch) await send([one]);
    }
  }

  function flush(): void {
    if (waiting.length === 0 || underWay >= mostWrites) return;
    const batch = waiting;
    waiting = [];
    underWay += 1;
    void send(batch).finally(() => {
      underWay -= 1;
      flush();
    });
  }

  return {
    write: (acting, accesses, kind) =>
      new Promise((done, fail) => {
        const entries = entriesOf(accesses, kind);
        if (entries.length === 0) return done();
        waiting.push({ acting, entries, done, fail });
        // Not before the others of this turn have come.
        if (waiting.length === 1) setImmediate(flush);
      }),
  };
}

/** One record per patient and outcome. */
export function entriesOf(accesses: readonly AuditedAccess[], kind: OperationKind): Entry[] {
  const groups = new Map<string, { first: AuditedAccess; entities: string[] }>();
  for (const access of accesses) {
    const key = `${access.outcome} ${access.patientId}`;
    const group = groups.get(key) ?? { first: access, entities: [] };
    groups.set(key, group);
    group.entities.push(`${access.type}/${access.id}`);
  }
  const outcomes = { SEEN: 'SUCCESS', DENIED: 'DENIED', FAILED: 'FAILED' } as const;
  return [...groups.values()].flatMap(({ first, entities }) =>
    Array.from({ length: Math.ceil(entities.length / mostEntities) }, (_, part) => ({
      // What a mutation shows is read; what it was refused is the deed itself.
      action: first.outcome !== 'SEEN' && kind === 'mutation' ? ('E' as const) : ('R' as const),
      outcome: outcomes[first.outcome],
      patientId: first.patientId,
      entities: entities.slice(part * mostEntities, (part + 1) * mostEntities),
    })),
  );
}

function valuesOf(batch: readonly Waiting[]): unknown[] {
  const entries = batch.flatMap((request, index) => request.entries.map((entry) => ({ place: index + 1, entry })));
  const acting = batch.map((request) => request.acting);
  return [
    entries.map(({ place }) => place),
    entries.map(({ entry }) => entry.action),
    entries.map(({ entry }) => entry.outcome),
    entries.map(({ entry }) => entry.patientId),
    entries.map(({ entry }) => entry.entities.join(' ')),
    entries.map(({ entry }) => entry.entities.length),
    acting.map(({ caller }) => caller.subject),
    acting.map(({ caller }) => caller.role),
    acting.map(({ caller }) => caller.actor),
    acting.map(({ caller }) => caller.clientId),
    acting.map(({ caller }) => purposeOf(caller)),
    acting.map(({ origin }) => origin.address),
    acting.map(({ requestId }) => requestId),
    acting.map(({ origin }) => origin.operationHash),
    acting.map(({ caller }) => caller.practitionerId),
  ];
}
