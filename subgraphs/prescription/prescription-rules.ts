import { Refusal } from '#chassis/errors.ts';
import { thousandths } from './dosage.ts';

// What a prescription may say, without asking anybody. Limits as in schema/prescription.graphql.

export type Schedule = 'NONE' | 'II' | 'III' | 'IV' | 'V';

export interface Content {
  readonly doseAmount: string;
  readonly doseUnit: string;
  readonly frequencyPerDay: number;
  readonly durationDays: number;
  readonly instructions: string | null;
  readonly quantity: number;
  readonly refills: number;
  readonly note: string | null;
}

/** What the rules must know of the medication. */
export interface Prescribable {
  readonly doseUnit: string;
  readonly schedule: Schedule;
  readonly composition: readonly { readonly micrograms: bigint | null }[];
}

/** 21 CFR 1306.12 (no refill of schedule II) and 1306.22 (five refills of III and IV within six months); V is held the same way. */
const controlledRefills = { NONE: 11, II: 0, III: 5, IV: 5, V: 5 } as const satisfies Record<Schedule, number>;

const validityMonths = (schedule: Schedule): number => (schedule === 'NONE' ? 12 : 6);

/** Days that surely lie within the validity, whatever the months. */
const validityDays = (schedule: Schedule): number => (schedule === 'NONE' ? 365 : 180);

/** The last instant at which a prescription signed now may be filled: the same day 12 or 6 months later, or that month's last. */
export function validUntil(signedAt: Date, schedule: Schedule): Date {
  const end = new Date(signedAt);
  const day = end.getUTCDate();
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + validityMonths(schedule));
  const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(day, lastDay));
  return end;
}

/** MG is clear only where one ingredient is measured in mass. */
function doseUnitsOf({ doseUnit, composition }: Prescribable): string[] {
  return composition.length === 1 && composition.every(({ micrograms }) => micrograms !== null) ? [doseUnit, 'MG'] : [doseUnit];
}

/** @throws Refusal INVALID_INPUT with a complaint per field */
export function assertContent(content: Content, medication: Prescribable): void {
  const complaints = [...dosageComplaints(content, medication), ...supplyComplaints(content, medication.schedule)];
  if (complaints.length > 0) throw Refusal.all(complaints);
}

const invalid = (path: string[], message: string): Refusal => new Refusal('INVALID_INPUT', message, { path });

function* between(value: number, min: number, max: number, path: string[]): Generator<Refusal> {
  if (value < min || value > max) yield invalid(path, `${path.at(-1)} must be from ${min} to ${max}, not ${value}.`);
}

function* atMost(text: string | null, max: number, path: string[]): Generator<Refusal> {
  if (text !== null && text.length > max) yield invalid(path, `${path.at(-1)} has ${text.length} characters; at most ${max} are allowed.`);
}

function* dosageComplaints(content: Content, medication: Prescribable): Generator<Refusal> {
  if (thousandths(content.doseAmount) === null) {
    yield invalid(
      ['dosage', 'doseAmount'],
      'doseAmount must be a decimal above zero with at most five digits before and three after the point, like 0.5.',
    );
  }
  const units = doseUnitsOf(medication);
  if (!units.includes(content.doseUnit)) {
    yield invalid(['dosage', 'doseUnit'], `doseUnit must be ${units.join(' or ')} for this medication, not ${content.doseUnit}.`);
  }
  yield* between(content.frequencyPerDay, 1, 24, ['dosage', 'frequencyPerDay']);
  yield* between(content.durationDays, 1, 365, ['dosage', 'durationDays']);
  yield* atMost(content.instructions, 500, ['dosage', 'instructions']);
}

function* supplyComplaints(content: Content, schedule: Schedule): Generator<Refusal> {
  yield* between(content.quantity, 1, 10_000, ['quantity']);
  yield* atMost(content.note, 2000, ['note']);
  const most = controlledRefills[schedule];
  if (content.refills < 0 || content.refills > most) {
    const why = schedule === 'NONE' ? '' : ` for a controlled substance of schedule ${schedule}`;
    yield invalid(['refills'], `refills must be from 0 to ${most}${why}, not ${content.refills}.`);
  } else if (content.refills * content.durationDays > validityDays(schedule)) {
    const days = content.refills * content.durationDays;
    yield invalid(
      ['refills'],
      `The last refill would be due after ${days} days; the prescription is valid for ${validityMonths(schedule)} months. Prescribe fewer refills or shorter ones.`,
    );
  }
}

/** A reason that a person gives, without the blanks around it. @throws Refusal INVALID_INPUT */
export function assertReason(text: string, path: string[] = ['reason']): string {
  const reason = text.trim();
  if (reason.length < 3 || reason.length > 500) throw invalid(path, 'reason must have 3 to 500 characters.');
  return reason;
}

export type Capability = 'NEW' | 'REFILL' | 'CHANGE' | 'CANCEL' | 'CONTROLLED';

/** What a pharmacy must be able to do to take this prescription. */
export function neededCapabilities(
  prescription: { refills: number; priorPrescriptionId: string | null },
  schedule: Schedule,
): Capability[] {
  return [
    prescription.priorPrescriptionId === null ? 'NEW' : 'CHANGE',
    ...(prescription.refills > 0 ? (['REFILL'] as const) : []),
    ...(schedule === 'NONE' ? [] : (['CONTROLLED'] as const)),
  ];
}

/** @throws Refusal PHARMACY_INCAPABLE naming what is lacking */
export function assertCapable(pharmacy: { name: string; capabilities: readonly Capability[] }, needed: readonly Capability[]): void {
  const lacking = needed.filter((capability) => !pharmacy.capabilities.includes(capability));
  if (lacking.length === 0) return;
  throw new Refusal(
    'PHARMACY_INCAPABLE',
    `${pharmacy.name} cannot take this prescription electronically: it lacks ${lacking.join(' and ')}. Choose another pharmacy.`,
    {
      path: ['pharmacyId'],
    },
  );
}
