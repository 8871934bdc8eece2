import type pg from 'pg';
import type { Anchor } from './anchor.ts';
import { genesis, hashOf, recordColumnsText, type AuditRecord } from './record.ts';

/** What is wrong with a chain, in words for the one who looks into it. */
export interface Fault {
  /** The place in the chain; null for what is not in it. */
  readonly sequence: number | null;
  readonly message: string;
}

export interface Verdict {
  readonly subgraph: string;
  /** Records in the chain. */
  readonly sealed: number;
  /** The first of each kind. Empty: nothing was changed, removed, reordered, slipped in or cut off. */
  readonly faults: readonly Fault[];
}

export interface VerifyOptions {
  readonly subgraph: string;
  readonly db: Pick<pg.Client, 'query'>;
  /** Heads that were kept elsewhere. */
  readonly anchors: readonly Anchor[];
  /** The database in which copies of all records are gathered. */
  readonly copies?: Pick<pg.Client, 'query'>;
  /** Records younger than this may wait for their seal. */
  readonly patienceSeconds?: number;
}

const page = 5_000;

interface Link extends Omit<AuditRecord, 'id'> {
  readonly sequence: string;
  readonly audit_id: string;
  readonly previous_hash: string;
  readonly hash: string;
  /** Null when the record is gone. */
  readonly id: string | null;
  /** Does it come after the one before, in the order of writing? */
  readonly in_order: boolean;
}

/** Reads a whole chain and compares it with its records, with every anchor and with the copies. Changes nothing. */
export async function verifyAudit({ subgraph, db, anchors, copies, patienceSeconds = 10 }: VerifyOptions): Promise<Verdict> {
  const faults = new Map<string, Fault>();
  const fault = (kind: string, sequence: number | null, message: string): void => {
    if (!faults.has(kind)) faults.set(kind, { sequence, message });
  };
  const anchorsAt = new Map<number, Anchor[]>();
  for (const anchor of anchors)
    if (anchor.subgraph === subgraph) anchorsAt.set(anchor.sequence, [...(anchorsAt.get(anchor.sequence) ?? []), anchor]);

  const lastCopied = copies ? await lastCopy(copies, subgraph) : 0;
  let hash = genesis(subgraph);
  let sequence = 0;
  for (;;) {
    const links = await linksAfter(db, sequence);
    const copied = copies ? await copiesAfter(copies, subgraph, sequence, links.length) : null;
    for (const link of links) {
      const at = Number(link.sequence);
      if (at !== sequence + 1) fault('gap', sequence + 1, `the seals ${sequence + 1} to ${at - 1} were removed`);
      else if (link.previous_hash !== hash) fault('seal', at, `the seal does not follow the one before it: one of the two was changed`);
      if (!link.in_order) fault('order', at, `record ${link.audit_id} was sealed before one that was written earlier`);
      const { id } = link;
      if (id === null) fault('removed', at, `record ${link.audit_id} was removed`);
      else if (hashOf(link.previous_hash, { ...link, id }) !== link.hash) fault('changed', at, `record ${id} was changed, or its seal was`);
      for (const anchor of anchorsAt.get(at) ?? [])
        if (anchor.hash !== link.hash) fault('anchor', at, `the chain is not the one that was anchored ${anchor.at}: it was sealed anew`);
      anchorsAt.delete(at);
      const copy = copied?.get(at);
      if (copy && copy.hash !== link.hash) fault('copy', at, `the copy that was handed on has another hash: the chain was sealed anew`);
      else if (copy && hashOf(link.previous_hash, copy) !== copy.hash) fault('changed copy', at, `the copy that was handed on was changed`);
      if (copied && !copy && at < lastCopied) fault('missing copy', at, `the copy that was handed on was removed`);
      sequence = at;
      hash = link.hash;
    }
    if (links.length < page) break;
  }
  for (const [at, [anchor]] of anchorsAt)
    fault('cut', at, `the chain ends at ${sequence}; it was ${at} long when it was anchored ${anchor?.at}`);
  if (lastCopied > sequence) fault('cut', lastCopied, `the chain ends at ${sequence}; ${lastCopied} records were handed on`);
  await lookBeside(db, patienceSeconds, fault);
  return { subgraph, sealed: sequence, faults: [...faults.values()] };
}

async function linksAfter(db: VerifyOptions['db'], sequence: number): Promise<Link[]> {
  const { rows } = await db.query<Link>(
    `select s.sequence::text, s.audit_id::text, s.previous_hash, s.hash,
       coalesce((s.xact, s.audit_id) > (select b.xact, b.audit_id from audit_seal as b where b.sequence < s.sequence order by b.sequence desc limit 1), true) as in_order,
       ${recordColumnsText}
     from audit_seal as s left join audit_event as e on e.xact = s.xact and e.id = s.audit_id
     where s.sequence > $1 order by s.sequence limit ${page}`,
    [sequence],
  );
  return rows;
}

async function copiesAfter(
  db: VerifyOptions['db'],
  subgraph: string,
  sequence: number,
  count: number,
): Promise<Map<number, AuditRecord & { hash: string }>> {
  const { rows } = await db.query<AuditRecord & { place: string; hash: string }>(
    `select e.sequence::text as place, e.hash, ${recordColumnsText.replace('e.id::text', 'e.audit_id::text')} from gathered_audit_event as e
     where e.source = $1 and e.sequence > $2 and e.sequence <= $3`,
    [subgraph, sequence, sequence + count],
  );
  return new Map(rows.map((row) => [Number(row.place), row]));
}

async function lastCopy(db: VerifyOptions['db'], subgraph: string): Promise<number> {
  const { rows } = await db.query<{ last: number | null }>(
    'select max(sequence)::float8 as last from gathered_audit_event where source = $1',
    [subgraph],
  );
  return rows[0]?.last ?? 0;
}

/** Records that have no seal: before the head none may be, after it only young ones. */
async function lookBeside(db: VerifyOptions['db'], patienceSeconds: number, fault: (kind: string, at: null, message: string) => void) {
  const { rows: slipped } = await db.query<{ id: string }>(
    `select e.id::text from audit_event as e
     where (e.xact, e.id) <= (select xact, audit_id from audit_seal order by sequence desc limit 1)
       and not exists (select from audit_seal as s where s.xact = e.xact and s.audit_id = e.id) order by e.xact, e.id limit 1`,
  );
  if (slipped[0])
    fault(
      'slipped',
      null,
      `record ${slipped[0].id} is older than the head of the chain and has no seal: it was slipped in, or its seal removed`,
    );
  const { rows: late } = await db.query<{ id: string; count: string }>(
    `select min(e.id)::text as id, count(*)::text as count from audit_event as e
     where (not exists (select from audit_seal) or (e.xact, e.id) > (select xact, audit_id from audit_seal order by sequence desc limit 1))
       and e.recorded_at < clock_timestamp() - make_interval(secs => $1) and e.xact < pg_snapshot_xmin(pg_current_snapshot())`,
    [patienceSeconds],
  );
  if (Number(late[0]?.count ?? 0) > 0)
    fault('unsealed', null, `${late[0]?.count} records wait for their seal, from record ${late[0]?.id} on: does the service run?`);
}
