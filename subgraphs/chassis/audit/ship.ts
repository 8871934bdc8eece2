import type { SubgraphName } from '#schema/events.ts';
import type { SqlExecutor } from '../database.ts';
import { emitter } from '../outbox.ts';
import type { SealedRecord } from './record.ts';

/** A relay puts up to 100 events into one request, which may have 4 MB. */
const mostCharacters = 30_000;

/** Records of the subgraph's chain go on as events, in order: outbox and inbox bring each once, and notice a gap. */
export async function shipByEvent(subgraph: SubgraphName, tx: SqlExecutor, records: readonly SealedRecord[]): Promise<void> {
  if (subgraph === 'patient') throw new TypeError('the patient subgraph gathers audit records, and hands on none');
  const emit = emitter(subgraph, tx, `${subgraph}-audit`, []);
  for (const part of portions(records))
    await emit(`${subgraph}.audited`, `audit_${subgraph}`, {
      records: part.map((record) => ({ ...record, entities: [...record.entities] })),
    });
}

function portions(records: readonly SealedRecord[]): SealedRecord[][] {
  const all: SealedRecord[][] = [];
  let characters = Infinity;
  for (const record of records) {
    const length = JSON.stringify(record).length;
    if (characters + length > mostCharacters) {
      all.push([]);
      characters = 0;
    }
    characters += length;
    all.at(-1)?.push(record);
  }
  return all;
}
