import { wrappedKeyOf } from './data-keys.ts';
import type { Protection } from './protection.ts';
import { blindIndexSubject } from './row-protection.ts';
import { countOutdated, sealTableAnew } from './seal-anew.ts';

const keysAtOnce = 1_000;

type Progress = (step: string) => void;

interface KeyRow {
  subject: string;
  version: number;
  kek_id: string;
  wrapped_key: Buffer;
}

/**
 * Wraps every data key of a subgraph with the current key-encryption key, while the subgraph runs. What they encrypt stays
 * as it is. Done again after an interruption it goes on.
 * @returns how many keys were wrapped anew, and how many others are wrapped with now: 0, unless a process still makes keys
 *   with the key-encryption key before
 */
export async function rewrapDataKeys(protection: Protection, progress: Progress): Promise<{ rewrapped: number; left: number }> {
  const { pool, management, subgraph } = protection;
  let rewrapped = 0;
  let after: Pick<KeyRow, 'subject' | 'version'> = { subject: '', version: 0 };
  for (;;) {
    const { rows } = await pool.query<KeyRow>(
      `select subject, version, kek_id, wrapped_key from data_key
       where kek_id <> $1 and (subject, version) > ($2, $3) order by subject, version limit ${keysAtOnce}`,
      [management.currentKekId, after.subject, after.version],
    );
    const last = rows.at(-1);
    if (!last) break;
    const old = rows.map((row) => wrappedKeyOf(subgraph, row));
    const plain = await management.unwrap(old);
    const wrapped = await management.wrap(old.map(({ purpose }, index) => ({ purpose, key: plain[index] ?? new Uint8Array() })));
    const { rowCount } = await pool.query(
      `update data_key as k set kek_id = w.kek_id, wrapped_key = w.wrapped_key
       from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bytea[]) as w (subject, version, kek_before, kek_id, wrapped_key)
       where k.subject = w.subject and k.version = w.version and k.kek_id = w.kek_before`,
      [
        rows.map((row) => row.subject),
        rows.map((row) => row.version),
        rows.map((row) => row.kek_id),
        wrapped.map((key) => key.kekId),
        wrapped.map((key) => Buffer.from(key.wrapped)),
      ],
    );
    rewrapped += rowCount ?? 0;
    progress(`${rewrapped} data keys wrapped with ${management.currentKekId}`);
    after = last;
  }
  const { rows: left } = await pool.query<{ n: number }>('select count(*)::integer as n from data_key where kek_id <> $1', [
    management.currentKekId,
  ]);
  return { rewrapped, left: left[0]?.n ?? 0 };
}

/**
 * Gives every patient whose newest data key was made before an instant another one, and encrypts with it all there is of the
 * patient, while the subgraph runs. Old keys stay: what is read meanwhile opens with either.
 * @returns how many patients got a key, how many rows were encrypted anew, and how many are not under the newest key now: 0,
 *   unless a process wrote them with the key that it remembered, which it does for five minutes
 */
export async function renewDataKeys(
  { subgraph, tables, keys, pool, ...rows }: Protection,
  madeBefore: Date,
  progress: Progress,
): Promise<{ patients: number; rows: number; left: number }> {
  let patients = 0;
  let after = '';
  for (;;) {
    const { rows: found } = await pool.query<{ subject: string }>(
      `select subject from data_key where subject > $1 and subject <> $2
       group by subject having max(created_at) < $3 order by subject limit ${keysAtOnce}`,
      [after, blindIndexSubject, madeBefore],
    );
    const subjects = found.map(({ subject }) => subject);
    const last = subjects.at(-1);
    if (last === undefined) break;
    keys.forget(subjects);
    await keys.addVersions(subjects, await keys.forReading(subjects));
    patients += subjects.length;
    progress(`${patients} patients have a new data key`);
    after = last;
  }
  let sealed = 0;
  let left = 0;
  const walk = { subgraph, pool, keys, rows };
  for (const table of tables) {
    let looked = 0;
    const ofTable = await sealTableAnew(table, {
      ...walk,
      progress: (batch) => {
        looked += batch;
        if (looked % 10_000 < batch) progress(`${table.table}: ${looked} rows looked at`);
      },
    });
    progress(`${table.table}: ${ofTable} rows encrypted anew`);
    sealed += ofTable;
  }
  // Opens every row: what does not open is found now, while the backup of before is at hand.
  for (const table of tables) left += await countOutdated(table, walk);
  return { patients, rows: sealed, left };
}
