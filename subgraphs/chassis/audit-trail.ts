import { idPrefixes } from './ids.ts';

/** What one request to one subgraph has looked at. Filled while the answer is made, written before it leaves. */
export interface AuditTrail {
  /** A thing of a patient is in the answer. `type` is its GraphQL type; for a Patient, `id` and `patientId` are the same. */
  seen(type: string, id: string, patientId: string | null): void;
  /** A thing was asked for and refused: it is there, but not the caller's. `patientId` is null when it is of no patient, or of one not known. */
  denied(type: string, id: string, patientId: string | null): void;
  /** A mutation ended by a failure of ours, and changed nothing. */
  failed(mutation: string): void;
  /** Resolves when all of this is on disk. @throws when it cannot be written: then the answer must not leave */
  written(kind: OperationKind): Promise<void>;
}

export type OperationKind = 'query' | 'mutation' | 'subscription';

export interface AuditedAccess {
  readonly type: string;
  readonly id: string;
  readonly patientId: string | null;
  readonly outcome: 'SEEN' | 'DENIED' | 'FAILED';
}

/** Takes what was collected since the last time. */
export type WriteAccesses = (accesses: readonly AuditedAccess[], kind: OperationKind) => Promise<void>;

/** A trail in memory: each thing once, however often the answer has it. */
export function createAuditTrail(
  write: WriteAccesses = () => Promise.resolve(),
): AuditTrail & { readonly accesses: () => readonly AuditedAccess[] } {
  const accesses = new Map<string, AuditedAccess>();
  const add = (access: AuditedAccess): void => {
    const key = `${access.outcome} ${access.type} ${access.id}`;
    // Whoever refuses last may know less than who refused first.
    if (access.patientId === null && accesses.has(key)) return;
    accesses.set(key, access);
  };
  return {
    seen: (type, id, patientId) => add({ type, id, patientId, outcome: 'SEEN' }),
    denied: (type, id, patientId) => add({ type, id, patientId, outcome: 'DENIED' }),
    failed: (mutation) => add({ type: 'Mutation', id: mutation, patientId: null, outcome: 'FAILED' }),
    accesses: () => [...accesses.values()],
    async written(kind) {
      if (accesses.size === 0) return;
      const collected = [...accesses];
      await write(
        collected.map(([, access]) => access),
        kind,
      );
      // Only now: what could not be written is still to be written.
      for (const [key, access] of collected) if (accesses.get(key) === access) accesses.delete(key);
    },
  };
}

const idOfAThing = /^([a-z]{2,4})_[0-9a-z]{26}$/;

/** What an id names, if it looks like one of ours. A text that a caller made up must not get into a record. */
export function thingOf(id: unknown): { readonly type: string; readonly id: string; readonly patientId: string | null } | null {
  if (typeof id !== 'string') return null;
  const prefix = idOfAThing.exec(id)?.[1];
  if (!prefix || !Object.hasOwn(idPrefixes, prefix)) return null;
  return { type: idPrefixes[prefix as keyof typeof idPrefixes], id, patientId: prefix === 'pat' ? id : null };
}
