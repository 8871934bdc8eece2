import { removeActiveConsent, saveActiveConsent } from '#chassis/access/known-consents.ts';
import { lock } from '#chassis/database.ts';
import { notFound, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate, type Outcome } from '#chassis/mutation.ts';
import type { Emit } from '#chassis/outbox.ts';
import { consentRules, writesAs } from './access.ts';
import { readPeriod, readPractitionerId } from './consent-rules.ts';
import { consentStates } from './consent-states.ts';
import { consentById, insertConsent, setConsentStatus, type ConsentRecord } from './consent-store.ts';
import type { PatientContext, Tx } from './context.ts';
import type { ConsentStepInput, GrantConsentInput } from './generated/graphql.ts';
import { checked } from './input-check.ts';
import { seenPatient } from './seen-patient.ts';
import { patientById } from './patient-store.ts';

type ConsentOutcome = Outcome<{ consentId: string }>;

/** A consent if the caller may see it, null otherwise. */
export const visibleConsent = async (context: PatientContext, id: string): Promise<ConsentRecord | null> =>
  consentRules.visible(context, await context.loaders.consent.load(id));

/** Writes a consent. What the patient or a proxy writes is given at once; what a practitioner writes is a proposal. */
export async function grantConsent(context: PatientContext, input: GrantConsentInput): Promise<ConsentOutcome> {
  const { patientId } = input;
  const relation = await writesAs(consentRules, context, patientId);
  const decides = await consentRules.may(context, 'decide', { id: '', patientId });
  const inSight = await seenPatient(context, patientId);
  return mutate(context, 'grantConsent', input, async (tx: Tx, emit) => {
    const patient = inSight ? await patientById(tx, patientId) : null;
    if (!patient) throw notFound('patient', ['patientId']);
    if (!relation) throw new Refusal('NOT_ALLOWED', 'Only the patient, a proxy or a practitioner who treats the patient writes consents.');
    const now = context.now();
    const status = input.asDraft ? 'DRAFT' : decides ? 'ACTIVE' : 'PROPOSED';
    const consent: ConsentRecord = checked((report) => ({
      id: newId('con'),
      patientId,
      status,
      scope: input.scope,
      provision: input.provision,
      purposes: [...new Set(input.purposes ?? [])],
      sensitivities: [...new Set(input.sensitivities ?? [])],
      practitionerId: readPractitionerId(input.practitionerId, report),
      ...readPeriod(input, now, report),
      recordedAt: now,
      statusChangedAt: now,
    }));
    await insertConsent(tx, consent);
    await tell(tx, emit, consent, null, status);
    return { consentId: consent.id };
  });
}

type ConsentStatus = ConsentRecord['status'];
type Step = 'proposeConsent' | 'activateConsent' | 'rejectConsent' | 'revokeConsent' | 'retractConsent';

const steps: Record<Step, { to: ConsentStatus; allowed: (decides: boolean, from: ConsentStatus) => boolean }> = {
  proposeConsent: { to: 'PROPOSED', allowed: () => true },
  activateConsent: { to: 'ACTIVE', allowed: (decides) => decides },
  rejectConsent: { to: 'REJECTED', allowed: (decides) => decides },
  revokeConsent: { to: 'INACTIVE', allowed: (decides) => decides },
  // Taking back what the patient has given is the patient's to do.
  retractConsent: { to: 'ENTERED_IN_ERROR', allowed: (decides, from) => decides || from !== 'ACTIVE' },
};

/** One step of the state machine of consents. */
export async function takeConsentStep(context: PatientContext, step: Step, input: ConsentStepInput): Promise<ConsentOutcome> {
  const { to, allowed } = steps[step];
  const known = await visibleConsent(context, input.consentId);
  const writes = known !== null && (await consentRules.may(context, 'write', known));
  const decides = known !== null && (await consentRules.may(context, 'decide', known));
  const outcome = await mutate(context, step, input, async (tx: Tx, emit) => {
    if (!known) throw notFound('consent', ['consentId']);
    if (!writes) throw new Refusal('NOT_ALLOWED', 'Only the patient, a proxy or a practitioner who treats the patient may do this.');
    await lock(tx, `patient:${known.patientId}`);
    const current = await consentById(tx, known.id);
    if (!current) throw new Error('a consent vanished, which the database forbids');
    if (!allowed(decides, current.status)) throw new Refusal('NOT_ALLOWED', 'Only the patient or a proxy decides on this.');
    consentStates.assert(current.status, to, ['consentId']);
    await setConsentStatus(tx, current.id, to, context.now());
    await tell(tx, emit, current, current.status, to);
    return { consentId: current.id };
  });
  context.loaders.consent.clear(input.consentId);
  return outcome;
}

/** Others need to know only when a consent begins or ceases to count. What this subgraph hides by it changes with it. */
async function tell(tx: Tx, emit: Emit, consent: ConsentRecord, from: ConsentStatus | null, to: ConsentStatus): Promise<void> {
  const { id, patientId, provision, scope, purposes, sensitivities, practitionerId, periodStart, periodEnd } = consent;
  if (to === 'ACTIVE') {
    const data = {
      consentId: id,
      patientId,
      provision,
      scope,
      purposes,
      sensitivities,
      practitionerId,
      periodStart: periodStart?.toISOString() ?? null,
      periodEnd: periodEnd?.toISOString() ?? null,
    };
    await saveActiveConsent(tx, data);
    await emit('consent.activated', id, data);
  }
  if (from === 'ACTIVE') {
    await removeActiveConsent(tx, id);
    await emit('consent.revoked', id, { consentId: id, patientId });
  }
}
