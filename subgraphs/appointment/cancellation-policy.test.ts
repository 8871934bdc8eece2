import { describe, expect, it } from 'vitest';
import { cancellationTerms, noShowFee } from './cancellation-policy.ts';

const policy = {
  cancelNoticeMinutes: 24 * 60,
  lateCancelFeeMinor: 2500,
  lateCancelFeeCurrency: 'USD',
  noShowFeeMinor: 5000,
  noShowFeeCurrency: 'USD',
};
const startsAt = new Date('2026-06-10T15:00:00Z');
const fee = { amountMinor: 2500, currency: 'USD' };

describe('the cancellation policy', () => {
  it.each([
    { name: 'a day and a millisecond ahead', at: '2026-06-09T14:59:59.999Z', booked: true, byPatientSide: true, late: false, fee: null },
    { name: 'exactly the notice ahead', at: '2026-06-09T15:00:00.000Z', booked: true, byPatientSide: true, late: false, fee: null },
    {
      name: 'a millisecond less than the notice ahead',
      at: '2026-06-09T15:00:00.001Z',
      booked: true,
      byPatientSide: true,
      late: true,
      fee,
    },
    { name: 'after the start', at: '2026-06-10T15:10:00.000Z', booked: true, byPatientSide: true, late: true, fee },
    { name: 'late, by staff', at: '2026-06-10T14:00:00.000Z', booked: true, byPatientSide: false, late: false, fee: null },
    { name: 'late, never accepted', at: '2026-06-10T14:00:00.000Z', booked: false, byPatientSide: true, late: false, fee: null },
  ])('$name: late $late', ({ at, booked, byPatientSide, late, fee: due }) => {
    expect(cancellationTerms(policy, { booked, byPatientSide, startsAt, at: new Date(at) })).toEqual({ late, fee: due });
  });

  it('asks for nothing when the visit type has no fee', () => {
    const free = { ...policy, lateCancelFeeMinor: null, lateCancelFeeCurrency: null, noShowFeeMinor: null, noShowFeeCurrency: null };
    expect(cancellationTerms(free, { booked: true, byPatientSide: true, startsAt, at: startsAt })).toEqual({ late: true, fee: null });
    expect(noShowFee(free)).toBeNull();
  });

  it('knows the no-show fee', () => {
    expect(noShowFee(policy)).toEqual({ amountMinor: 5000, currency: 'USD' });
  });
});
