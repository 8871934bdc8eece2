import type { EventData } from '#schema/events.ts';
import { lock } from '#chassis/database.ts';
import { notFound, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate, type Outcome } from '#chassis/mutation.ts';
import { allergyRules, writesAs } from './access.ts';
import {
  changedAllergy,
  initialVerification,
  readNote,
  readOnset,
  readReactions,
  readSubstanceCode,
  usualCategory,
} from './allergy-rules.ts';
import { allergyById, allergyToSubstance, changeAllergy, insertAllergy, type AllergyRecord } from './allergy-store.ts';
import type { PatientContext, Tx } from './context.ts';
import type { RecordAllergyInput, UpdateAllergyInput } from './generated/graphql.ts';
import { checked, readLine } from './input-check.ts';
import { seenPatient } from './seen-patient.ts';
import { patientById } from './patient-store.ts';

type AllergyOutcome = Outcome<{ allergyId: string }>;

/** An allergy if the caller may see it, null otherwise. */
export const visibleAllergy = async (context: PatientContext, id: string): Promise<AllergyRecord | null> =>
  allergyRules.visible(context, await context.loaders.allergy.load(id));

export async function recordAllergy(context: PatientContext, input: RecordAllergyInput): Promise<AllergyOutcome> {
  const { patientId } = input;
  const relation = await writesAs(allergyRules, context, patientId);
  const inSight = await seenPatient(context, patientId);
  return mutate(context, 'recordAllergy', input, async (tx: Tx, emit) => {
    // No chart is changed without its lock, so that two requests see each other's result.
    await lock(tx, `patient:${patientId}`);
    const patient = inSight ? await patientById(tx, patientId) : null;
    if (!patient) throw notFound('patient', ['patientId']);
    if (!relation)
      throw new Refusal('NOT_ALLOWED', 'Only the patient, a proxy or a practitioner who treats the patient records allergies.');
    const now = context.now();
    const allergy: AllergyRecord = checked((report) => ({
      id: newId('alg'),
      patientId,
      substanceCode: readSubstanceCode(input.substanceCode, report),
      substanceText: readLine(input.substanceText, 200, ['substanceText'], report),
      type: input.type ?? 'ALLERGY',
      category: input.category ?? usualCategory(input.substanceCode),
      criticality: input.criticality ?? 'UNABLE_TO_ASSESS',
      clinicalStatus: 'ACTIVE',
      verificationStatus: initialVerification(input.verificationStatus, relation),
      reactions: readReactions(input.reactions ?? [], report),
      onsetDate: readOnset(input.onsetDate, patient.birthDate, now, report),
      note: readNote(input.note, report),
      recordedBy: relation,
      recordedByPractitionerId: relation === 'PRACTITIONER' ? (context.caller.practitionerId ?? null) : null,
      recordedAt: now,
      updatedAt: now,
    }));
    const existing = await allergyToSubstance(tx, patientId, allergy.substanceCode);
    if (existing)
      throw new Refusal('CONFLICT', `An allergy to this substance is recorded already: ${existing}. Update that one.`, {
        path: ['substanceCode'],
      });
    await insertAllergy(tx, allergy);
    await emit('allergy.recorded', allergy.id, eventData(allergy));
    return { allergyId: allergy.id };
  });
}

export async function updateAllergy(context: PatientContext, input: UpdateAllergyInput): Promise<AllergyOutcome> {
  const known = await visibleAllergy(context, input.allergyId);
  const relation = known && (await writesAs(allergyRules, context, known.patientId));
  const outcome = await mutate(context, 'updateAllergy', input, async (tx: Tx, emit) => {
    if (!known) throw notFound('allergy', ['allergyId']);
    if (!relation)
      throw new Refusal('NOT_ALLOWED', 'Only the patient, a proxy or a practitioner who treats the patient changes allergies.');
    await lock(tx, `patient:${known.patientId}`);
    const current = await allergyById(tx, known.id);
    const patient = await patientById(tx, known.patientId);
    if (!current || !patient) throw new Error('an allergy or its patient vanished, which the database forbids');
    const changed = changedAllergy(current, input, relation, patient.birthDate, context.now());
    await changeAllergy(tx, changed);
    await emit('allergy.updated', changed.id, eventData(changed));
    return { allergyId: changed.id };
  });
  context.loaders.allergy.clear(input.allergyId);
  return outcome;
}

const eventData = ({
  id,
  patientId,
  substanceCode,
  clinicalStatus,
  verificationStatus,
  criticality,
}: AllergyRecord): EventData<'allergy.recorded'> => ({
  allergyId: id,
  patientId,
  substanceCode,
  clinicalStatus,
  verificationStatus,
  criticality,
});
