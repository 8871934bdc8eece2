import fc from 'fast-check';
import { describe, it } from 'vitest';
import { inForce } from './consent-rules.ts';
import { consentStates } from './consent-states.ts';

const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
const period = fc.record({ periodStart: fc.option(instants), periodEnd: fc.option(instants) });

describe('inForce', () => {
  it('is false for every status but ACTIVE', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...consentStates.states),
        period,
        instants,
        (status, when, now) => status === 'ACTIVE' || !inForce({ status, ...when }, now),
      ),
    );
  });

  it('begins with the start and ceases with the end', () => {
    fc.assert(
      fc.property(instants, instants, (one, other) => {
        const [periodStart, periodEnd] = one < other ? [one, other] : [other, one];
        const consent = { status: 'ACTIVE' as const, periodStart, periodEnd };
        const nonEmpty = periodStart < periodEnd;
        return (
          inForce(consent, periodStart) === nonEmpty &&
          !inForce(consent, periodEnd) &&
          !inForce(consent, new Date(periodStart.getTime() - 1))
        );
      }),
    );
  });

  it('has no bound where none is given', () => {
    fc.assert(fc.property(instants, (now) => inForce({ status: 'ACTIVE', periodStart: null, periodEnd: null }, now)));
  });
});
