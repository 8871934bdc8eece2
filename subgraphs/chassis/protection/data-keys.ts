import { createSecretKey, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { SubgraphName } from '#schema/events.ts';
import type { DataKey } from './envelope.ts';
import type { KeyManagement, WrappedKey } from './key-management.ts';

/** The data keys of one subject, a patient: the newest seals, all open. */
export interface SubjectKeys {
  readonly newest: DataKey;
  readonly newestMadeAt: Date;
  readonly byVersion: ReadonlyMap<number, DataKey>;
}

export interface DataKeyLimits {
  /** How long an unwrapped key is kept in memory, in milliseconds. */
  readonly keepMs: number;
  /** Of how many subjects at most. */
  readonly keepSubjects: number;
  /** A newest key older than this, in milliseconds, gets a successor at the next writing: long before 2^32 uses of it. */
  readonly replaceAfterMs: number;
}

const defaultLimits: DataKeyLimits = { keepMs: 5 * 60_000, keepSubjects: 10_000, replaceAfterMs: 365 * 86_400_000 };

interface KeyRow {
  subject: string;
  version: number;
  kek_id: string;
  wrapped_key: Buffer;
  created_at: Date;
}

interface Kept {
  readonly keys: Promise<SubjectKeys | undefined>;
  readonly until: number;
}

export const purposeOfKey = (subgraph: SubgraphName, subject: string, version: number): string =>
  JSON.stringify(['data key', subgraph, subject, version]);

export const wrappedKeyOf = (subgraph: SubgraphName, row: Omit<KeyRow, 'created_at'>): WrappedKey => ({
  kekId: row.kek_id,
  wrapped: row.wrapped_key,
  purpose: purposeOfKey(subgraph, row.subject, row.version),
});

/**
 * The data keys of a subgraph's patients. Reads and makes them on a connection of their own, each statement committed by
 * itself: a key that sealed something must outlive the transaction that asked for it.
 */
export class DataKeys {
  readonly #kept = new Map<string, Kept>();
  readonly #subgraph: SubgraphName;
  readonly #pool: pg.Pool;
  readonly #management: KeyManagement;
  readonly #limits: DataKeyLimits;
  readonly #sweep: NodeJS.Timeout;

  constructor(subgraph: SubgraphName, pool: pg.Pool, management: KeyManagement, limits: Partial<DataKeyLimits> = {}) {
    this.#subgraph = subgraph;
    this.#pool = pool;
    this.#management = management;
    this.#limits = { ...defaultLimits, ...limits };
    this.#sweep = setInterval(() => this.#forgetOld(), this.#limits.keepMs / 4).unref();
  }

  /** The keys of each subject that has some. One statement for all that are not in memory. */
  async forReading(subjects: Iterable<string>): Promise<Map<string, SubjectKeys>> {
    const found = new Map<string, SubjectKeys>();
    const asked = [...new Set(subjects)];
    for (const [subject, keys] of await Promise.all(this.#recall(asked))) if (keys) found.set(subject, keys);
    return found;
  }

  /** As forReading; who has no key yet, or an old one, gets a new one. */
  async forWriting(subjects: Iterable<string>): Promise<Map<string, SubjectKeys>> {
    const asked = [...new Set(subjects)];
    const found = await this.forReading(asked);
    const oldest = Date.now() - this.#limits.replaceAfterMs;
    const lacking = asked.filter((subject) => (found.get(subject)?.newestMadeAt.getTime() ?? -Infinity) < oldest);
    if (lacking.length === 0) return found;
    for (const [subject, keys] of await this.addVersions(lacking, found)) found.set(subject, keys);
    return found;
  }

  /** Gives each subject a key above its newest one, or takes the one that another process was quicker to give. */
  async addVersions(subjects: readonly string[], known: ReadonlyMap<string, SubjectKeys>): Promise<Map<string, SubjectKeys>> {
    const plain = subjects.map((subject) => {
      const version = (known.get(subject)?.newest.version ?? 0) + 1;
      return { subject, version, key: randomBytes(32), purpose: purposeOfKey(this.#subgraph, subject, version) };
    });
    const wrapped = await this.#management.wrap(plain);
    await this.#pool.query(
      `insert into data_key (subject, version, kek_id, wrapped_key)
       select * from unnest($1::text[], $2::integer[], $3::text[], $4::bytea[]) on conflict do nothing`,
      [subjects, plain.map(({ version }) => version), wrapped.map(({ kekId }) => kekId), wrapped.map((key) => Buffer.from(key.wrapped))],
    );
    this.forget(subjects);
    return this.forReading(subjects);
  }

  forget(subjects: Iterable<string>): void {
    for (const subject of subjects) this.#kept.delete(subject);
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#kept.clear();
  }

  #recall(subjects: readonly string[]): Promise<readonly [string, SubjectKeys | undefined]>[] {
    const now = Date.now();
    const missing = subjects.filter((subject) => (this.#kept.get(subject)?.until ?? 0) <= now);
    if (missing.length > 0) {
      const loading = this.#load(missing);
      for (const subject of missing) {
        const keys = loading.then(
          (loaded) => {
            // Who has none may be given one by another process at any moment.
            if (!loaded.has(subject)) this.#kept.delete(subject);
            return loaded.get(subject);
          },
          (error: unknown) => {
            this.#kept.delete(subject);
            throw error;
          },
        );
        this.#kept.delete(subject);
        this.#kept.set(subject, { keys, until: now + this.#limits.keepMs });
      }
    }
    const answers = subjects.map(async (subject) => [subject, await this.#kept.get(subject)?.keys] as const);
    while (this.#kept.size > this.#limits.keepSubjects) {
      const [longestKept] = this.#kept.keys();
      if (longestKept !== undefined) this.#kept.delete(longestKept);
    }
    return answers;
  }

  async #load(subjects: readonly string[]): Promise<Map<string, SubjectKeys>> {
    const { rows } = await this.#pool.query<KeyRow>({
      name: 'data keys',
      text: 'select subject, version, kek_id, wrapped_key, created_at from data_key where subject = any($1) order by subject, version',
      values: [subjects],
    });
    const plain = await this.#management.unwrap(rows.map((row) => wrappedKeyOf(this.#subgraph, row)));
    const loaded = new Map<string, SubjectKeys>();
    for (const [index, row] of rows.entries()) {
      const newest = { version: row.version, key: createSecretKey(plain[index] ?? new Uint8Array()) };
      const byVersion = new Map(loaded.get(row.subject)?.byVersion).set(row.version, newest);
      loaded.set(row.subject, { newest, newestMadeAt: row.created_at, byVersion });
    }
    return loaded;
  }

  #forgetOld(): void {
    const now = Date.now();
    for (const [subject, { until }] of this.#kept) if (until <= now) this.#kept.delete(subject);
  }
}
