import { Refusal } from '#chassis/errors.ts';
import { joinSensitivities } from '#chassis/sensitivities.ts';
import type { CreateHealthcareServiceInput, MoneyInput, RegisterPractitionerInput } from './generated/graphql.ts';
import { isNpi } from './npi.ts';
import { licensingStates } from './specialties.ts';

/** At most so many visit types per practitioner. */
export const maxOffers = 50;

type Complain = (field: string | string[], message: string) => void;

/** Collects complaints, so that a form can show all of them. @throws Refusal INVALID_INPUT with all of them */
export function checked<R>(check: (complain: Complain) => R): R {
  const refusals: Refusal[] = [];
  const result = check((field, message) => {
    refusals.push(new Refusal('INVALID_INPUT', message, { path: typeof field === 'string' ? [field] : field }));
  });
  if (refusals.length > 0) throw Refusal.all(refusals);
  return result;
}

const text = (complain: Complain, field: string | string[], value: string, longest: number): string => {
  const trimmed = value.trim().replace(/\s+/g, ' ');
  const name = typeof field === 'string' ? field : (field.at(-1) ?? '');
  if (trimmed.length < 1 || trimmed.length > longest) complain(field, `${name} must have 1 to ${longest} characters.`);
  return trimmed;
};

/** Fields with a default in the SDL come filled in; their types do not say so. */
function filledIn<Value>(value: Value | undefined, field: string): Value {
  if (value === undefined) throw new TypeError(`the default of ${field} is missing`);
  return value;
}

function whole(complain: Complain, field: string, given: number | undefined, least: number, most: number): number {
  const value = filledIn(given, field);
  if (value < least || value > most) complain(field, `${field} must be from ${least} to ${most}.`);
  return value;
}

function gridDivision(complain: Complain, given: number | undefined): number {
  const grid = whole(complain, 'gridMinutes', given, 5, 240);
  if (1440 % grid !== 0) complain('gridMinutes', 'gridMinutes must divide the 1440 minutes of a day.');
  return grid;
}

/** @throws Refusal INVALID_INPUT */
export const checkedPractitioner = (input: RegisterPractitionerInput) =>
  checked((complain) => {
    if (!isNpi(input.npi)) complain('npi', 'npi must be ten digits that begin with 1 or 2 and end with the right check digit.');
    if (input.licences.length === 0) complain('licences', 'licences must have at least one.');
    const states = new Set<string>();
    const licences = input.licences.map(({ state, number, expiresOn }, index) => {
      const path = ['licences', String(index)];
      if (!licensingStates.has(state)) complain([...path, 'state'], 'state must be a two-letter USPS code of a state or territory.');
      if (states.has(state)) complain([...path, 'state'], `state ${state} is there twice.`);
      states.add(state);
      return { state, number: text(complain, [...path, 'number'], number, 40), expiresOn };
    });
    const healthcareServiceIds = [...new Set(filledIn(input.healthcareServiceIds, 'healthcareServiceIds'))];
    if (healthcareServiceIds.length > maxOffers) complain('healthcareServiceIds', `healthcareServiceIds must be at most ${maxOffers}.`);
    return {
      givenName: text(complain, 'givenName', input.givenName, 100),
      familyName: text(complain, 'familyName', input.familyName, 100),
      prefix: input.prefix ? text(complain, 'prefix', input.prefix, 20) : null,
      npi: input.npi,
      specialty: input.specialty,
      licences,
      healthcareServiceIds,
    };
  });

const longestNotice = 43_200;

/** @throws Refusal INVALID_INPUT */
export const checkedHealthcareService = (input: CreateHealthcareServiceInput) =>
  checked((complain) => {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(input.code) || input.code.length > 60) {
      complain('code', 'code must be lower-case words and digits joined by hyphens, at most 60 characters.');
    }
    const lateCancelFee = fee(complain, 'lateCancelFee', input.lateCancelFee);
    const noShowFee = fee(complain, 'noShowFee', input.noShowFee);
    return {
      code: input.code,
      name: text(complain, 'name', input.name, 100),
      modality: input.modality,
      durationMinutes: whole(complain, 'durationMinutes', input.durationMinutes, 5, 480),
      bufferBeforeMinutes: whole(complain, 'bufferBeforeMinutes', input.bufferBeforeMinutes, 0, 240),
      bufferAfterMinutes: whole(complain, 'bufferAfterMinutes', input.bufferAfterMinutes, 0, 240),
      gridMinutes: gridDivision(complain, input.gridMinutes),
      minimumNoticeMinutes: whole(complain, 'minimumNoticeMinutes', input.minimumNoticeMinutes, 0, longestNotice),
      bookingHorizonDays: whole(complain, 'bookingHorizonDays', input.bookingHorizonDays, 1, 730),
      cancelNoticeMinutes: whole(complain, 'cancelNoticeMinutes', input.cancelNoticeMinutes, 0, longestNotice),
      rescheduleNoticeMinutes: whole(complain, 'rescheduleNoticeMinutes', input.rescheduleNoticeMinutes, 0, longestNotice),
      lateCancelFeeMinor: lateCancelFee?.amountMinor ?? null,
      lateCancelFeeCurrency: lateCancelFee?.currency ?? null,
      noShowFeeMinor: noShowFee?.amountMinor ?? null,
      noShowFeeCurrency: noShowFee?.currency ?? null,
      requiresApproval: filledIn(input.requiresApproval, 'requiresApproval'),
      sensitivities: joinSensitivities(filledIn(input.sensitivities, 'sensitivities')),
    };
  });

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

function fee(complain: Complain, field: string, money: MoneyInput | null | undefined): MoneyInput | null {
  if (!money) return null;
  if (money.amountMinor <= 0) complain([field, 'amountMinor'], 'amountMinor must be more than zero.');
  if (!currencies.has(money.currency)) complain([field, 'currency'], 'currency must be an ISO 4217 code.');
  return money;
}
