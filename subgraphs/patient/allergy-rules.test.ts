import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import type { ChartRelation } from './access.ts';
import { changedAllergy, initialVerification, usualCategory } from './allergy-rules.ts';
import type { AllergyRecord } from './allergy-store.ts';
import type { UpdateAllergyInput } from './generated/graphql.ts';

const now = new Date('2026-11-23T12:00:00.000Z');
const birthDate = new Date('1984-02-29T00:00:00.000Z');

const allergy: AllergyRecord = {
  id: 'alg_1',
  patientId: 'pat_1',
  substanceCode: 'class:penicillins',
  substanceText: 'Penicillins',
  type: 'ALLERGY',
  category: 'MEDICATION',
  criticality: 'LOW',
  clinicalStatus: 'ACTIVE',
  verificationStatus: 'UNCONFIRMED',
  reactions: [],
  onsetDate: null,
  note: null,
  recordedBy: 'PATIENT',
  recordedByPractitionerId: null,
  recordedAt: new Date('2020-01-01T00:00:00.000Z'),
  updatedAt: new Date('2020-01-01T00:00:00.000Z'),
};

const clinical = fc.constantFrom('ACTIVE', 'INACTIVE', 'RESOLVED');
const verification = fc.constantFrom('UNCONFIRMED', 'CONFIRMED', 'REFUTED', 'ENTERED_IN_ERROR');
const recorder = fc.constantFrom<ChartRelation>('PATIENT', 'PROXY', 'PRACTITIONER');
const allergies = fc
  .record({ clinicalStatus: clinical, verificationStatus: verification, recordedBy: recorder })
  .map((some): AllergyRecord => ({
    ...allergy,
    ...some,
    clinicalStatus: some.verificationStatus === 'ENTERED_IN_ERROR' ? null : some.clinicalStatus,
    recordedByPractitionerId: some.recordedBy === 'PRACTITIONER' ? 'prc_1' : null,
  }));
const changes = fc
  .record(
    {
      clinicalStatus: clinical,
      verificationStatus: verification,
      criticality: fc.constantFrom('LOW', 'HIGH', 'UNABLE_TO_ASSESS'),
      note: fc.constantFrom('', 'a note'),
    },
    { requiredKeys: [] },
  )
  .map((change): UpdateAllergyInput => ({ idempotencyKey: 'k', allergyId: 'alg_1', ...change }));

/** The changed allergy, or null when refused; anything but a refusal is a defect. */
function attempt(current: AllergyRecord, input: UpdateAllergyInput, by: ChartRelation): AllergyRecord | null {
  try {
    return changedAllergy(current, input, by, birthDate, now);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

describe('changedAllergy', () => {
  it('has a clinical status exactly when not entered in error (FHIR ait-1, ait-2)', () => {
    fc.assert(
      fc.property(allergies, changes, recorder, (current, input, by) => {
        const changed = attempt(current, input, by);
        return changed === null || (changed.verificationStatus === 'ENTERED_IN_ERROR') === (changed.clinicalStatus === null);
      }),
    );
  });

  it('never changes what was entered in error', () => {
    fc.assert(
      fc.property(
        allergies,
        changes,
        recorder,
        (current, input, by) => current.verificationStatus !== 'ENTERED_IN_ERROR' || attempt(current, input, by) === null,
      ),
    );
  });

  it('lets nobody but a practitioner make an allergy surer or less sure', () => {
    fc.assert(
      fc.property(allergies, changes, recorder, (current, input, by) => {
        const changed = attempt(current, input, by);
        if (changed === null || by === 'PRACTITIONER') return true;
        const statuses = [changed.verificationStatus, changed.clinicalStatus];
        return (
          changed.verificationStatus === 'ENTERED_IN_ERROR' ||
          statuses.join() === [current.verificationStatus, current.clinicalStatus].join()
        );
      }),
    );
  });

  it('keeps who recorded what and when', () => {
    fc.assert(
      fc.property(allergies, changes, recorder, (current, input, by) => {
        const { id, patientId, substanceCode, recordedBy, recordedAt } = attempt(current, input, by) ?? current;
        expect({ id, patientId, substanceCode, recordedBy, recordedAt }).toEqual({
          id: current.id,
          patientId: current.patientId,
          substanceCode: current.substanceCode,
          recordedBy: current.recordedBy,
          recordedAt: current.recordedAt,
        });
      }),
    );
  });

  it('is possible: a practitioner confirms and sets the criticality', () => {
    const changed = changedAllergy(
      allergy,
      { idempotencyKey: 'k', allergyId: 'alg_1', verificationStatus: 'CONFIRMED', criticality: 'HIGH' },
      'PRACTITIONER',
      birthDate,
      now,
    );
    expect(changed).toEqual({ ...allergy, verificationStatus: 'CONFIRMED', criticality: 'HIGH', updatedAt: now });
  });
});

describe('initialVerification', () => {
  it.each([
    [null, 'PATIENT', 'UNCONFIRMED'],
    ['UNCONFIRMED', 'PROXY', 'UNCONFIRMED'],
    [undefined, 'PRACTITIONER', 'UNCONFIRMED'],
    ['CONFIRMED', 'PRACTITIONER', 'CONFIRMED'],
  ] as const)('asked for %s by %s is %s', (asked, by, verificationStatus) => {
    expect(initialVerification(asked, by)).toBe(verificationStatus);
  });

  it.each([
    ['CONFIRMED', 'PATIENT'],
    ['CONFIRMED', 'PROXY'],
    ['REFUTED', 'PRACTITIONER'],
    ['ENTERED_IN_ERROR', 'PRACTITIONER'],
  ] as const)('refuses %s by %s', (asked, by) => {
    expect(() => initialVerification(asked, by)).toThrow(Refusal);
  });
});

describe('usualCategory', () => {
  it.each([
    ['ingredient:amoxicillin', 'MEDICATION'],
    ['class:penicillins', 'MEDICATION'],
    ['other:latex', 'OTHER'],
  ])('of %s is %s', (code, category) => {
    expect(usualCategory(code)).toBe(category);
  });
});
