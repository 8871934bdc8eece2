import { pino } from 'pino';
import { openProtection, type Protection, type ProtectionOptions } from './protection.ts';
import type { Row } from './protected-tables.ts';

/** Lends the encryption of a subgraph's columns to work outside of the subgraph: a bulk load, a rotation of keys. */
export async function withProtection<R>(
  options: Omit<ProtectionOptions, 'log'>,
  work: (protection: Protection, seal: SealRows) => Promise<R>,
): Promise<R> {
  const protection = openProtection({ ...options, log: pino({ level: 'silent' }) });
  const seal: SealRows = (name, rows) => {
    const table = options.tables.find((one) => one.table === name);
    if (!table) throw new Error(`${name} has no protected columns`);
    return protection.sealRows(table, rows);
  };
  try {
    return await work(protection, seal);
  } finally {
    await protection.close();
  }
}

/** Encrypts the protected columns of rows of a table. */
type SealRows = <Sealed extends Row>(table: string, rows: readonly Sealed[]) => Promise<Sealed[]>;
