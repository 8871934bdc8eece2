import type { EventData } from '#schema/events.ts';
import { removeProxyRelation, saveProxyRelation } from '#chassis/care-relations.ts';
import type { Emit } from '#chassis/outbox.ts';
import type { Tx } from './context.ts';
import { termsAfterChange, type Person } from './proxy-rules.ts';
import { proxyGrantStates } from './proxy-states.ts';
import { insertGrant, lockedGrantsOf, markGrantEnded, setGrantEnd, type ProxyGrantRecord } from './proxy-store.ts';

// What each step of a grant writes: the grant, the row by which this subgraph decides who may open a chart, and the event
// by which the others keep theirs.

export async function startGrant(tx: Tx, emit: Emit, grant: ProxyGrantRecord): Promise<void> {
  await insertGrant(tx, grant);
  await announce(tx, emit, grant);
}

/** Ends an active grant at once. Its row must be locked, or both of its people. */
export async function endGrant(tx: Tx, emit: Emit, grant: ProxyGrantRecord, to: 'REVOKED' | 'EXPIRED', now: Date): Promise<void> {
  proxyGrantStates.assert(grant.status, to, ['proxyGrantId']);
  await markGrantEnded(tx, grant.id, to, now);
  await removeProxyRelation(tx, grant.id);
  await emit('patient.proxyRevoked', grant.patientId, eventData(grant));
}

/**
 * Looks at the grants of and for a person again whose record has changed: those without a ground any more end, those of a
 * minor end on the 18th birthday of the corrected birth date. Returns the grants that changed, as they were.
 */
export async function reviewGrants(tx: Tx, emit: Emit, before: Person, after: Person, now: Date): Promise<ProxyGrantRecord[]> {
  const same =
    before.active === after.active && before.deceased === after.deceased && before.birthDate.getTime() === after.birthDate.getTime();
  if (same) return [];
  const changed: ProxyGrantRecord[] = [];
  for (const grant of await lockedGrantsOf(tx, after.id)) {
    const terms = termsAfterChange(grant, before, after, now);
    if (!terms) await endGrant(tx, emit, grant, 'REVOKED', now);
    else if (terms.endsOn?.getTime() === grant.endsOn?.getTime()) continue;
    else {
      await setGrantEnd(tx, grant.id, terms.endsOn);
      await announce(tx, emit, { ...grant, endsOn: terms.endsOn });
    }
    changed.push(grant);
  }
  return changed;
}

async function announce(tx: Tx, emit: Emit, grant: ProxyGrantRecord): Promise<void> {
  await saveProxyRelation(tx, eventData(grant));
  await emit('patient.proxyGranted', grant.patientId, eventData(grant));
}

const eventData = ({ id, patientId, proxyPatientId, endsOn }: ProxyGrantRecord): EventData<'patient.proxyGranted'> => ({
  grantId: id,
  patientId,
  proxyPatientId,
  endsOn: endsOn?.toISOString().slice(0, 10) ?? null,
});
