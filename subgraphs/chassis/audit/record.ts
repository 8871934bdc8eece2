import { hash } from 'node:crypto';
import { raw } from '@prisma/client/runtime/client';

/** An audit record as it is sealed. Instants are RFC 3339 in UTC with milliseconds. */
export interface AuditRecord {
  /** Counts within one subgraph, with gaps. */
  readonly id: string;
  readonly recordedAt: string;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  readonly outcome: 'SUCCESS' | 'DENIED' | 'FAILED';
  readonly subject: string;
  readonly role: string;
  readonly actor: string | null;
  readonly clientId: string | null;
  readonly purpose: string;
  readonly patientId: string | null;
  readonly entities: readonly string[];
  readonly entityCount: number;
  readonly address: string | null;
  readonly requestId: string;
  readonly operationHash: string | null;
  readonly breakGlassGrantId: string | null;
}

/** A record with its place in the chain of its subgraph, from 1 without gaps. */
export interface SealedRecord extends AuditRecord {
  readonly sequence: number;
  readonly hash: string;
}

/** The columns of a table that holds records, with the alias `e`, as an `AuditRecord`. */
export const recordColumnsText = `e.id::text as "id", to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt",
  e.action, e.outcome, e.subject, e.role, e.actor, e.client_id as "clientId", e.purpose, e.patient_id as "patientId", e.entities,
  e.entity_count as "entityCount", e.address, e.request_id as "requestId", e.operation_hash as "operationHash",
  e.break_glass_grant_id as "breakGlassGrantId"`;
export const recordColumns = raw(recordColumnsText);

/** What stands before the first record: the chains of two subgraphs differ from their beginning. */
export const genesis = (subgraph: string): string => hash('sha256', `audit of ${subgraph}`, 'base64url');

/** SHA-256 over the hash before and the record, base64url. The order of the fields is the format: it cannot be changed for records that are sealed. */
export function hashOf(previousHash: string, record: AuditRecord): string {
  const { id, recordedAt, action, outcome, subject, role, actor, clientId, purpose, patientId } = record;
  const { entities, entityCount, address, requestId, operationHash, breakGlassGrantId } = record;
  const who = [subject, role, actor, clientId, purpose];
  const what = [action, outcome, patientId, entities, entityCount, breakGlassGrantId];
  const text = JSON.stringify([previousHash, id, recordedAt, who, what, [address, requestId, operationHash]]);
  return hash('sha256', text, 'base64url');
}
