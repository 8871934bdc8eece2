import { describe, expect, it } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import { assertMayArrive, arrivesFrom } from './arrival.ts';

const startsAt = new Date('2026-06-02T14:00:00.000Z');

describe('arriving', () => {
  it('is possible from an hour before the start', () => {
    expect(arrivesFrom(startsAt)).toEqual(new Date('2026-06-02T13:00:00.000Z'));
  });

  it.each([
    { now: '2026-05-12T14:00:00.000Z', early: true },
    { now: '2026-06-02T12:59:59.999Z', early: true },
    { now: '2026-06-02T13:00:00.000Z', early: false },
    { now: '2026-06-02T14:00:00.000Z', early: false },
    { now: '2026-06-03T14:00:00.000Z', early: false },
  ])('at $now: too early $early', ({ now, early }) => {
    const arrive = () => assertMayArrive(startsAt, new Date(now));
    if (!early) return expect(arrive).not.toThrow();
    expect(arrive).toThrow(Refusal);
    expect(arrive).toThrow('2026-06-02T13:00:00.000Z');
  });
});
