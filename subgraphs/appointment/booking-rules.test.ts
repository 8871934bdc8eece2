import { describe, expect, it } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import { assertBookable, assertMovable, placeFor, words } from './booking-rules.ts';
import type { HealthcareService } from './generated/prisma/client.ts';

const service: HealthcareService = {
  id: 'hcs_1',
  code: 'video-consult-20',
  name: 'Video consultation',
  modality: 'VIDEO',
  durationMinutes: 20,
  bufferBeforeMinutes: 5,
  bufferAfterMinutes: 10,
  gridMinutes: 10,
  minimumNoticeMinutes: 60,
  bookingHorizonDays: 30,
  cancelNoticeMinutes: 1440,
  rescheduleNoticeMinutes: 120,
  lateCancelFeeMinor: null,
  lateCancelFeeCurrency: null,
  noShowFeeMinor: null,
  noShowFeeCurrency: null,
  requiresApproval: false,
  sensitivities: [],
  createdAt: new Date(0),
};
const now = new Date('2026-06-01T12:00:00.000Z');
const codeOf = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.userErrors[0]?.code ?? '';
    throw error;
  }
  return 'ok';
};

describe('the place of an appointment', () => {
  it('takes the buffers of the practitioner and not of the patient', () => {
    const place = placeFor(service, 'pat_1', 'prc_1', now);
    expect([place.blockedFrom, place.startsAt, place.endsAt, place.blockedUntil].map((at) => at.toISOString().slice(11, 16))).toEqual([
      '11:55',
      '12:00',
      '12:20',
      '12:30',
    ]);
  });
});

describe('a start', () => {
  it.each([
    { startsAt: '2026-06-01T12:59:59.999Z', patient: 'NOTICE_TOO_SHORT', staff: 'ok' },
    { startsAt: '2026-06-01T13:00:00.000Z', patient: 'ok', staff: 'ok' },
    { startsAt: '2026-06-01T11:59:59.999Z', patient: 'NOTICE_TOO_SHORT', staff: 'NOTICE_TOO_SHORT' },
    { startsAt: '2026-07-01T12:00:00.000Z', patient: 'ok', staff: 'ok' },
    { startsAt: '2026-07-01T12:00:00.001Z', patient: 'BEYOND_HORIZON', staff: 'BEYOND_HORIZON' },
  ])('$startsAt is $patient for a patient and $staff for staff', ({ startsAt, patient, staff }) => {
    expect(codeOf(() => assertBookable(service, new Date(startsAt), now, true))).toBe(patient);
    expect(codeOf(() => assertBookable(service, new Date(startsAt), now, false))).toBe(staff);
  });

  it.each([
    { startsAt: '2026-06-01T14:00:00.000Z', patient: 'ok' },
    { startsAt: '2026-06-01T13:59:59.999Z', patient: 'NOTICE_TOO_SHORT' },
  ])('at $startsAt can be moved by a patient: $patient', ({ startsAt, patient }) => {
    expect(codeOf(() => assertMovable(service, new Date(startsAt), now, true))).toBe(patient);
    expect(codeOf(() => assertMovable(service, new Date(startsAt), now, false))).toBe('ok');
  });
});

describe('words', () => {
  it.each([
    { text: '  a cough ', kept: 'a cough' },
    { text: '   ', kept: null },
    { text: null, kept: null },
    { text: undefined, kept: null },
  ])('$text becomes $kept', ({ text, kept }) => {
    expect(words(text, 'reason')).toBe(kept);
  });

  it('are refused when too long', () => {
    expect(codeOf(() => words('x'.repeat(501), 'reason'))).toBe('INVALID_INPUT');
  });
});
