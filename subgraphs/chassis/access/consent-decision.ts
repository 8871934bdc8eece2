import { purposeOf, type Caller, type PurposeOfUse } from '../caller.ts';

/** An active consent about who may see what, as every subgraph keeps it: codes, ids and times. */
export interface ConsentProvision {
  readonly consentId: string;
  readonly patientId: string;
  readonly provision: 'PERMIT' | 'DENY';
  /** Codes of ConsentPurpose; empty for all. */
  readonly purposes: readonly string[];
  /** Codes of SensitivityCategory; empty when it is about the chart as a whole. */
  readonly sensitivities: readonly string[];
  /** The only practitioner it is about; null for all. */
  readonly practitionerId: string | null;
  readonly periodStart: Date | null;
  readonly periodEnd: Date | null;
}

/**
 * The scope (ConsentScope) whose consents say who may see what: the others are not kept. A consent to a treatment (TREATMENT) or to a study (RESEARCH) is not one to
 * show records to others, and ADR is about care, not about data.
 */
export const decidingScope = 'PATIENT_PRIVACY';

const consentPurposes: Partial<Record<PurposeOfUse, string>> = {
  TREAT: 'TREATMENT',
  HPAYMT: 'PAYMENT',
  HOPERAT: 'OPERATIONS',
  HRESCH: 'RESEARCH',
};

/** For whom a consent is asked: a practitioner, or staff who are none. */
export interface ConsentQuestion {
  readonly practitionerId: string | null;
  /** A code of ConsentPurpose; null when the caller's purpose is none that a consent can name. */
  readonly purpose: string | null;
}

export const consentQuestion = (caller: Caller): ConsentQuestion => ({
  practitionerId: caller.role === 'PRACTITIONER' ? (caller.practitionerId ?? null) : null,
  purpose: consentPurposes[purposeOf(caller)] ?? null,
});

/**
 * What the consents of one patient say to this caller (DOMAIN 1 and 7). Those that name the practitioner decide before those that
 * name nobody; at the same depth one that forbids wins. Only those count that are in their period, of this purpose, and about the
 * matter asked: one label of sensitive data, or, with null, the chart as a whole.
 * A purpose that no consent can name is covered by those that say "all"; what forbids for some purpose forbids it too.
 * @returns null when no consent says anything
 */
export function consentDecision(
  provisions: readonly ConsentProvision[],
  { practitionerId, purpose }: ConsentQuestion,
  label: string | null,
  now: Date,
): 'PERMIT' | 'DENY' | null {
  const about = provisions.filter(
    (consent) =>
      (label === null ? consent.sensitivities.length === 0 : consent.sensitivities.includes(label)) &&
      (consent.practitionerId === null || consent.practitionerId === practitionerId) &&
      (consent.periodStart === null || consent.periodStart <= now) &&
      (consent.periodEnd === null || now < consent.periodEnd) &&
      (consent.purposes.length === 0 || (purpose === null ? consent.provision === 'DENY' : consent.purposes.includes(purpose))),
  );
  const named = about.filter((consent) => consent.practitionerId !== null);
  const deepest = named.length > 0 ? named : about;
  if (deepest.length === 0) return null;
  return deepest.some(({ provision }) => provision === 'DENY') ? 'DENY' : 'PERMIT';
}

/** Whether a record with these labels is open to the caller: each label needs a consent that permits. Without labels it is. */
export const consentsOpen = (
  provisions: readonly ConsentProvision[],
  question: ConsentQuestion,
  labels: readonly string[],
  now: Date,
): boolean => labels.every((label) => consentDecision(provisions, question, label, now) === 'PERMIT');
