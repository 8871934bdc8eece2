import type { HealthcareService } from './generated/prisma/client.ts';

export interface Fee {
  amountMinor: number;
  currency: string;
}

type Policy = Pick<
  HealthcareService,
  'cancelNoticeMinutes' | 'lateCancelFeeMinor' | 'lateCancelFeeCurrency' | 'noShowFeeMinor' | 'noShowFeeCurrency'
>;

export interface Cancellation {
  /** Was it agreed, or only asked for? */
  booked: boolean;
  byPatientSide: boolean;
  startsAt: Date;
  at: Date;
}

/**
 * What a cancellation costs: the late-cancel fee when the patient's side ends a booking nearer to its start than the
 * cancel notice. Exactly at the notice is in time. Requests that nobody has accepted, and what staff cancels, are free.
 */
export function cancellationTerms(
  policy: Policy,
  { booked, byPatientSide, startsAt, at }: Cancellation,
): { late: boolean; fee: Fee | null } {
  const late = booked && byPatientSide && startsAt.getTime() - at.getTime() < policy.cancelNoticeMinutes * 60_000;
  return { late, fee: late ? feeOf(policy.lateCancelFeeMinor, policy.lateCancelFeeCurrency) : null };
}

export const noShowFee = (policy: Policy): Fee | null => feeOf(policy.noShowFeeMinor, policy.noShowFeeCurrency);

/** A fee from its two columns: both null, or neither. */
export const feeOf = (amountMinor: number | null, currency: string | null): Fee | null =>
  amountMinor === null || currency === null ? null : { amountMinor, currency };
