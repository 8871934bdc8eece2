import { Refusal } from '#chassis/errors.ts';
import { speaksForPatient, type ChartRelation } from './access.ts';
import { allergyClinicalStates, allergyVerificationStates } from './allergy-states.ts';
import type { AllergyRecord } from './allergy-store.ts';
import { latestToday } from './calendar.ts';
import type { AllergyReactionInput, UpdateAllergyInput } from './generated/graphql.ts';
import { checked, readLine, readList, readText, type Report } from './input-check.ts';
import type { Reaction } from './patient-values.ts';

const substanceCode = /^(ingredient|class|other):[a-z0-9]+(-[a-z0-9]+)*$/;

export function readSubstanceCode(code: string, report: Report): string {
  if (code.length > 100 || !substanceCode.test(code)) {
    report(['substanceCode'], 'Must be ingredient:, class: or other: and a name in lower case with dashes, like class:penicillins.');
  }
  return code;
}

/** What the checks of prescriptions look for are medicines; anything else has to be said by the caller. */
export const usualCategory = (code: string): AllergyRecord['category'] => (code.startsWith('other:') ? 'OTHER' : 'MEDICATION');

export const readReactions = (reactions: readonly AllergyReactionInput[], report: Report): Reaction[] =>
  readList(reactions, 20, ['reactions'], report, ({ manifestation, severity }, path) => ({
    manifestation: readLine(manifestation, 200, [...path, 'manifestation'], report),
    severity: severity ?? null,
  }));

export function readOnset(onset: Date | null | undefined, birthDate: Date, now: Date, report: Report): Date | null {
  if (!onset) return null;
  if (onset > latestToday(now)) report(['onsetDate'], 'Must not be in the future.');
  if (onset < birthDate) report(['onsetDate'], 'Must not be before the birth of the patient.');
  return onset;
}

export const readNote = (note: string | null | undefined, report: Report): string | null => readText(note, 2_000, ['note'], report);

/** How sure a newly recorded allergy may be: what patients tell is unconfirmed until a practitioner says otherwise. */
export function initialVerification(
  asked: AllergyRecord['verificationStatus'] | null | undefined,
  recorder: ChartRelation,
): 'UNCONFIRMED' | 'CONFIRMED' {
  const path = ['verificationStatus'];
  if (!asked || asked === 'UNCONFIRMED') return 'UNCONFIRMED';
  if (asked !== 'CONFIRMED') throw new Refusal('INVALID_INPUT', 'An allergy is recorded as UNCONFIRMED or CONFIRMED.', { path });
  if (speaksForPatient(recorder)) throw new Refusal('NOT_ALLOWED', 'Only a practitioner confirms an allergy.', { path });
  return 'CONFIRMED';
}

const changeableFields = [
  'clinicalStatus',
  'verificationStatus',
  'criticality',
  'reactions',
  'onsetDate',
  'note',
] as const satisfies readonly (keyof UpdateAllergyInput)[];

/**
 * The allergy after a change, or why not.
 * @throws Refusal NOT_ALLOWED, ILLEGAL_STATE, INVALID_INPUT
 */
export function changedAllergy(
  current: AllergyRecord,
  input: UpdateAllergyInput,
  by: ChartRelation,
  birthDate: Date,
  now: Date,
): AllergyRecord {
  const asked = changeableFields.filter((field) => input[field] !== undefined && input[field] !== null);
  if (asked.length === 0) throw new Refusal('INVALID_INPUT', 'There is nothing to change.');
  if (speaksForPatient(by)) refuseBeyondPatient(current, input);
  if (current.verificationStatus === 'ENTERED_IN_ERROR') {
    allergyVerificationStates.assert(current.verificationStatus, input.verificationStatus ?? current.verificationStatus, ['allergyId']);
  }
  const { clinicalStatus, verificationStatus } = input;
  if (verificationStatus === 'ENTERED_IN_ERROR' && clinicalStatus) {
    throw new Refusal('INVALID_INPUT', 'What was entered in error has no clinical status.', { path: ['clinicalStatus'] });
  }
  if (verificationStatus) allergyVerificationStates.assert(current.verificationStatus, verificationStatus, ['verificationStatus']);
  if (clinicalStatus && current.clinicalStatus) allergyClinicalStates.assert(current.clinicalStatus, clinicalStatus, ['clinicalStatus']);
  return checked((report) => ({
    ...current,
    verificationStatus: verificationStatus ?? current.verificationStatus,
    clinicalStatus: verificationStatus === 'ENTERED_IN_ERROR' ? null : (clinicalStatus ?? current.clinicalStatus),
    criticality: input.criticality ?? current.criticality,
    reactions: input.reactions ? readReactions(input.reactions, report) : current.reactions,
    onsetDate: input.onsetDate ? readOnset(input.onsetDate, birthDate, now, report) : current.onsetDate,
    note: typeof input.note === 'string' ? readNote(input.note, report) : current.note,
    updatedAt: now,
  }));
}

/** A patient corrects what the patient told, as long as no practitioner has stood for it. */
function refuseBeyondPatient(current: AllergyRecord, input: UpdateAllergyInput): void {
  const toldByPatient =
    current.recordedBy !== 'PRACTITIONER' &&
    (current.verificationStatus === 'UNCONFIRMED' || current.verificationStatus === 'ENTERED_IN_ERROR');
  if (!toldByPatient)
    throw new Refusal('NOT_ALLOWED', 'A practitioner stands for this allergy; only a practitioner changes it.', { path: ['allergyId'] });
  if (input.clinicalStatus)
    throw new Refusal('NOT_ALLOWED', 'Only a practitioner changes the clinical status.', { path: ['clinicalStatus'] });
  if (input.verificationStatus && input.verificationStatus !== 'ENTERED_IN_ERROR') {
    throw new Refusal('NOT_ALLOWED', 'Only a practitioner changes how sure an allergy is.', { path: ['verificationStatus'] });
  }
}
