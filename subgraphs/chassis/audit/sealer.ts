import { sqltag as sql } from '@prisma/client/runtime/client';
import type { Logger } from 'pino';
import { transact, type SqlExecutor, type TransactionalClient } from '../database.ts';
import { reasonForLog } from '../log-defect.ts';
import type { KeepAnchor } from './anchor.ts';
import { genesis, hashOf, recordColumns, type AuditRecord, type SealedRecord } from './record.ts';

export interface SealerOptions<Tx extends SqlExecutor> {
  readonly subgraph: string;
  readonly client: TransactionalClient<Tx>;
  /** Hands sealed records on, in the transaction that seals them. */
  readonly ship: (tx: Tx, records: readonly SealedRecord[]) => Promise<void>;
  /** Hears when something has been handed on. */
  readonly shipped: () => void;
  readonly anchors: readonly KeepAnchor[];
  readonly log: Logger;
  readonly everyMs?: number | undefined;
  /** How much time there is at least between two anchors. */
  readonly anchorEveryMs?: number | undefined;
}

export interface Sealer {
  /** Seals all that is committed. @returns how many records; 0 also when another process is at it */
  seal(): Promise<number>;
  start(): void;
  /** Seals what is left, and anchors the head. */
  close(): Promise<void>;
}

const batch = 500;

interface Head {
  readonly sequence: number;
  readonly hash: string;
}

/**
 * Appends records to the chain after they were committed, so that nobody who writes one waits for another (docs/adr/0021). In the order
 * of (transaction, id), and only those of transactions before the oldest that still runs: none can come later that belongs before.
 */
export function createSealer<Tx extends SqlExecutor>(options: SealerOptions<Tx>): Sealer {
  const { subgraph, client, ship, shipped, anchors, log, everyMs = 1_000, anchorEveryMs = 10_000 } = options;
  let running: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let started = false;
  let closed = false;
  let head: Head | null = null;
  let anchored = 0;
  let anchoredAt = 0;

  const sealSome = (): Promise<{ count: number; head: Head | null }> =>
    transact(client, async (tx: Tx) => {
      const [lock] = await tx.$queryRaw<{ mine: boolean }[]>(
        sql`select pg_try_advisory_xact_lock(hashtextextended('audit seal', 0)) as mine`,
      );
      if (!lock?.mine) return { count: 0, head: null };
      const [last] = await tx.$queryRaw<{ sequence: string; hash: string; xact: string; audit_id: string; is_yet_to_come: boolean }[]>(
        sql`select sequence::text, hash, xact::text, audit_id::text, xact >= pg_snapshot_xmax(pg_current_snapshot()) as is_yet_to_come
          from audit_seal order by audit_seal.sequence desc limit 1`,
      );
      if (last?.is_yet_to_come)
        throw new Error('the audit chain ends with a transaction that is yet to come here: see "After a restore" in docs/audit.md');
      const rows = await tx.$queryRaw<(AuditRecord & { xact: string })[]>(sql`
        select e.xact::text as xact, ${recordColumns} from audit_event as e
        where (e.xact, e.id) > (${last?.xact ?? '0'}::text::xid8, ${last?.audit_id ?? '0'}::text::bigint)
          and e.xact < pg_snapshot_xmin(pg_current_snapshot())
        order by e.xact, e.id limit ${batch}`);
      let hash = last?.hash ?? genesis(subgraph);
      let sequence = Number(last?.sequence ?? 0);
      const sealed = rows.map((row) => {
        const previousHash = hash;
        hash = hashOf(previousHash, row);
        sequence += 1;
        return { ...row, sequence, previousHash, hash };
      });
      if (sealed.length > 0) {
        await tx.$executeRaw(sql`
          insert into audit_seal (sequence, xact, audit_id, previous_hash, hash)
          select s.sequence::bigint, s.xact::xid8, s.audit_id::bigint, s.previous_hash, s.hash
          from unnest(${sealed.map((one) => String(one.sequence))}::text[], ${sealed.map((one) => one.xact)}::text[], ${sealed.map(({ id }) => id)}::text[],
            ${sealed.map((one) => one.previousHash)}::text[], ${sealed.map((one) => one.hash)}::text[]) as s (sequence, xact, audit_id, previous_hash, hash)`);
        await ship(tx, sealed);
      }
      return { count: sealed.length, head: sequence > 0 ? { sequence, hash } : null };
    });

  async function sealAll(): Promise<number> {
    let total = 0;
    for (;;) {
      const some = await sealSome();
      if (some.head) head = some.head;
      total += some.count;
      if (some.count > 0) shipped();
      if (some.count < batch) return total;
    }
  }

  async function anchor(atOnce: boolean): Promise<void> {
    if (!head || head.sequence === anchored || (!atOnce && performance.now() - anchoredAt < anchorEveryMs && anchored > 0)) return;
    const { sequence, hash } = head;
    for (const keep of anchors) await keep({ subgraph, sequence, hash, at: new Date().toISOString() });
    anchored = sequence;
    anchoredAt = performance.now();
  }

  /** One after the other in this process; the lock is for the others. */
  function seal(): Promise<number> {
    const sealing = running.then(sealAll);
    running = sealing.catch(() => undefined);
    return sealing;
  }

  const complain = (error: unknown): void =>
    log.error({ reason: reasonForLog(error) }, 'audit records could not be sealed; they are kept, and wait');

  function beat(): void {
    timer = setTimeout(() => {
      void seal()
        .then(() => anchor(false))
        .catch(complain)
        .finally(() => {
          if (!closed) beat();
        });
    }, everyMs).unref();
  }

  return {
    seal,
    start() {
      started = true;
      beat();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
      if (!started) return;
      await sealAll()
        .then(() => anchor(true))
        .catch(complain);
    },
  };
}
