import { lock } from '#chassis/database.ts';
import { notFound, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate, unitOfWork, type Outcome } from '#chassis/mutation.ts';
import { mayGrantProxy, mayRevokeProxy, proxyGrantRules, seesAllDemographics } from './access.ts';
import { calendarDate, isMinor } from './calendar.ts';
import type { PatientContext, Tx } from './context.ts';
import type { GrantProxyInput, RevokeProxyInput } from './generated/graphql.ts';
import { checked } from './input-check.ts';
import { seenPatient } from './seen-patient.ts';
import { patientById, patientsByIds } from './patient-store.ts';
import { mayBeNamed, readTerms, refuseSurplus } from './proxy-rules.ts';
import { endGrant, startGrant } from './proxy-steps.ts';
import { activeGrantsByPatient, activeGrantsByProxy, grantsRunOut, lockedGrant, type ProxyGrantRecord } from './proxy-store.ts';

type ProxyOutcome = Outcome<{ proxyGrantId: string }>;

/** A grant if the caller may see the demographics of either person, null otherwise. */
export const visibleGrant = async (context: PatientContext, id: string): Promise<ProxyGrantRecord | null> =>
  proxyGrantRules.visible(context, await context.loaders.proxyGrant.load(id));

export async function grantProxy(context: PatientContext, input: GrantProxyInput): Promise<ProxyOutcome> {
  const { patientId, proxyPatientId, proxyBirthDate } = input;
  const inSight = await seenPatient(context, patientId);
  const outcome = await mutate(context, 'grantProxy', input, async (tx: Tx, emit) => {
    if (!inSight) throw notFound('patient', ['patientId']);
    await lock(tx, `patient:${patientId}`, `patient:${proxyPatientId}`);
    const people = await patientsByIds(tx, [patientId, proxyPatientId]);
    const patient = people.get(patientId);
    if (!patient) throw notFound('patient', ['patientId']);
    const now = context.now();
    if (!mayGrantProxy(context, patientId, isMinor(patient.birthDate, now))) {
      throw new Refusal('NOT_ALLOWED', 'An adult grants this for themselves; for a minor the front desk records a parent or guardian.', {
        path: ['patientId'],
      });
    }
    const proxy = people.get(proxyPatientId);
    if (!seesAllDemographics(context)) {
      if (!proxyBirthDate) throw new Refusal('INVALID_INPUT', 'Tell the birth date of the proxy.', { path: ['proxyBirthDate'] });
      if (!proxy || !mayBeNamed(proxy, proxyBirthDate, now)) {
        throw new Refusal('NOT_FOUND', 'Nobody of age has this id and birth date. Check both.', { path: ['proxyPatientId'] });
      }
    }
    if (!proxy) throw notFound('patient', ['proxyPatientId']);
    const endsOn = checked((report) => readTerms(patient, proxy, input, now, report));
    const proxiesOfPatient = (await activeGrantsByPatient(tx, [patientId])).get(patientId) ?? [];
    const grantsOfProxy = (await activeGrantsByProxy(tx, [proxyPatientId])).get(proxyPatientId) ?? [];
    refuseSurplus(proxiesOfPatient, grantsOfProxy, proxyPatientId);
    const id = newId('prx');
    await startGrant(tx, emit, {
      id,
      patientId,
      proxyPatientId,
      relationship: input.relationship,
      status: 'ACTIVE',
      endsOn,
      grantedAt: now,
      endedAt: null,
    });
    return { proxyGrantId: id };
  });
  forgetGrants(context, input);
  return outcome;
}

export async function revokeProxy(context: PatientContext, input: RevokeProxyInput): Promise<ProxyOutcome> {
  const known = await visibleGrant(context, input.proxyGrantId);
  const outcome = await mutate(context, 'revokeProxy', input, async (tx: Tx, emit) => {
    if (!known) throw notFound('proxy grant', ['proxyGrantId']);
    await lock(tx, `patient:${known.patientId}`);
    const grant = await lockedGrant(tx, known.id);
    const patient = await patientById(tx, known.patientId);
    if (!grant || !patient) throw new Error('a proxy grant or its patient vanished, which the database forbids');
    if (!mayRevokeProxy(context, grant, isMinor(patient.birthDate, context.now()))) {
      throw new Refusal('NOT_ALLOWED', 'The patient, the proxy or, for a minor, the front desk ends this.', { path: ['proxyGrantId'] });
    }
    await endGrant(tx, emit, grant, 'REVOKED', context.now());
    return { proxyGrantId: grant.id };
  });
  context.loaders.proxyGrant.clear(input.proxyGrantId);
  if (known) forgetGrants(context, known);
  return outcome;
}

const batchSize = 100;

/** Ends the grants whose last day is over. Returns how many. Safe to run on several machines at once. */
export async function endGrantsRunOut(context: PatientContext): Promise<number> {
  let total = 0;
  for (;;) {
    const ended = await unitOfWork(context, async (tx: Tx, emit) => {
      await lock(tx, 'proxy-grants-run-out');
      const now = context.now();
      const grants = await grantsRunOut(tx, calendarDate(now), batchSize);
      await lock(tx, ...grants.map(({ patientId }) => `patient:${patientId}`));
      for (const { id } of grants) {
        // Read again under the lock: it may have been revoked or its end moved in between.
        const grant = await lockedGrant(tx, id);
        if (grant?.status === 'ACTIVE' && grant.endsOn && grant.endsOn <= calendarDate(now))
          await endGrant(tx, emit, grant, 'EXPIRED', now);
      }
      return grants.length;
    });
    total += ended;
    if (ended < batchSize) return total;
  }
}

type GrantPair = Pick<ProxyGrantRecord, 'patientId' | 'proxyPatientId'>;

/** The lists of grants of these two people are read anew. */
export function forgetGrants({ loaders }: PatientContext, { patientId, proxyPatientId }: GrantPair): void {
  loaders.proxiesOf.clear(patientId);
  loaders.proxyFor.clear(proxyPatientId);
}
