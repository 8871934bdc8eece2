/** What one request to one subgraph has looked at. Filled while the answer is made, written before it leaves. */
export interface AuditTrail {
  /** A thing of a patient is in the answer. `type` is its GraphQL type; for a Patient, `id` and `patientId` are the same. */
  seen(type: string, id: string, patientId: string): void;
  /** A thing was asked for and refused: it is there, but not the caller's. `patientId` is null when it is of no patient. */
  denied(type: string, id: string, patientId: string | null): void;
}

export interface AuditedAccess {
  readonly type: string;
  readonly id: string;
  readonly patientId: string | null;
  readonly outcome: 'SEEN' | 'DENIED';
}

/** A trail in memory: each thing once, however often the answer has it. */
export function createAuditTrail(): AuditTrail & { readonly accesses: () => readonly AuditedAccess[] } {
  const accesses = new Map<string, AuditedAccess>();
  const add = (access: AuditedAccess): void => {
    accesses.set(`${access.outcome} ${access.type} ${access.id}`, access);
  };
  return {
    seen: (type, id, patientId) => add({ type, id, patientId, outcome: 'SEEN' }),
    denied: (type, id, patientId) => add({ type, id, patientId, outcome: 'DENIED' }),
    accesses: () => [...accesses.values()],
  };
}
