/** A dose as it is prescribed: `doseAmount` is a decimal with at most three places. */
export interface Dose {
  readonly doseAmount: string;
  readonly doseUnit: string;
  readonly frequencyPerDay: number;
}

const decimal = /^(\d{1,5})(?:\.(\d{1,3}))?$/;

/** Thousandths of a decimal: `0.5` is 500n. Null when it is not a decimal of this size or is zero. No floats: doses are exact. */
export function thousandths(text: string): bigint | null {
  const match = decimal.exec(text);
  if (!match?.[1]) return null;
  const value = BigInt(match[1]) * 1000n + BigInt((match[2] ?? '').padEnd(3, '0'));
  return value > 0n ? value : null;
}

/**
 * How much of a substance a dose brings in a day, in nanograms; null when the substance is not measured in mass.
 * @param micrograms of the substance in one dose unit of the medication
 */
export function dailyNanograms(dose: Dose, micrograms: bigint | null): bigint | null {
  if (micrograms === null) return null;
  const amount = thousandths(dose.doseAmount);
  if (amount === null) throw new RangeError('a stored dose is a positive decimal');
  const perUnit = dose.doseUnit === 'MG' ? 1000n : micrograms;
  return amount * BigInt(dose.frequencyPerDay) * perUnit;
}

/** Micrograms as a decimal in milligrams: 25n is `0.025`. */
export function microgramsInMg(micrograms: bigint): string {
  const whole = micrograms / 1000n;
  const rest = (micrograms % 1000n).toString().padStart(3, '0').replace(/0+$/, '');
  return rest ? `${whole}.${rest}` : `${whole}`;
}

/** Nanograms in milligrams for people, rounded up to a microgram. */
export const nanogramsInMg = (nanograms: bigint): string => microgramsInMg((nanograms + 999n) / 1000n);
