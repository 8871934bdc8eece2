import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '#chassis/errors.ts';
import { mayGrantProxy, mayRevokeProxy } from './access.ts';
import { calendarDate, isMinor, majorityDate } from './calendar.ts';
import { checked } from './input-check.ts';
import { mayBeNamed, mostChargesOfOne, mostProxiesOfOne, readTerms, refuseSurplus, termsAfterChange } from './proxy-rules.ts';
import type { ProxyGrantRecord } from './proxy-store.ts';
import { roles, type Caller } from '#chassis/caller.ts';

const now = new Date('2026-11-23T12:00:00.000Z');
const date = (text: string) => new Date(`${text}T00:00:00.000Z`);
const person = (id: string, birthDate: Date) => ({ id, birthDate, active: true, deceased: false });

describe('readTerms', () => {
  const days = fc.date({ min: date('1930-01-01'), max: date('2026-11-23'), noInvalidDate: true }).map(calendarDate);

  it('ends the grant of a minor on the 18th birthday at the latest', () => {
    const endsOn = fc.option(fc.date({ min: date('2026-11-01'), max: date('2060-01-01'), noInvalidDate: true }).map(calendarDate));
    fc.assert(
      fc.property(days, endsOn, (birthDate, asked) => {
        const terms = () =>
          checked((report) =>
            readTerms(
              person('pat_1', birthDate),
              person('pat_2', date('1980-01-01')),
              { relationship: 'PARENT', endsOn: asked },
              now,
              report,
            ),
          );
        const legal = asked === null || (asked > calendarDate(now) && (!isMinor(birthDate, now) || asked <= majorityDate(birthDate)));
        if (legal) expect(terms()).toEqual(asked ?? (isMinor(birthDate, now) ? majorityDate(birthDate) : null));
        else expect(terms).toThrow(Refusal);
      }),
    );
  });

  it.each([
    ['a patient who has died', { deceased: true }, {}],
    ['a patient whose record is not in use', { active: false }, {}],
    ['a proxy who has died', {}, { deceased: true }],
    ['a proxy whose record is not in use', {}, { active: false }],
  ])('refuses %s', (_who, patient, proxy) => {
    const read = () =>
      checked((report) =>
        readTerms(
          { ...person('pat_1', date('1950-01-01')), ...patient },
          { ...person('pat_2', date('1980-01-01')), ...proxy },
          { relationship: 'CHILD' },
          now,
          report,
        ),
      );
    expect(read).toThrow('not in use');
  });
});

describe('mayBeNamed', () => {
  const born = date('1980-01-01');
  it.each([
    ['a person of age with this birth date', {}, true],
    ['another birth date', { birthDate: date('1980-01-02') }, false],
    ['somebody who has died', { deceased: true }, false],
    ['a record that is not in use', { active: false }, false],
  ])('%s', (_who, change, may) => {
    expect(mayBeNamed({ ...person('pat_2', born), ...change }, born, now)).toBe(may);
  });
  it('a minor, even by the right birth date', () => {
    expect(mayBeNamed(person('pat_2', date('2012-06-30')), date('2012-06-30'), now)).toBe(false);
  });
});

describe('termsAfterChange', () => {
  const grantedAt = new Date('2025-01-01T12:00:00.000Z');
  const minors = { proxyPatientId: 'pat_2', relationship: 'PARENT' as const, grantedAt };
  const after = (grant: Parameters<typeof termsAfterChange>[0], from: string, to: string) =>
    termsAfterChange(grant, person('pat_1', date(from)), person('pat_1', date(to)), now);

  it.each([
    ['the 18th birthday moves earlier', '2012-06-30', '2030-06-30', '2010-06-30', '2028-06-30'],
    ['the 18th birthday moves later', '2012-06-30', '2030-06-30', '2014-06-30', '2032-06-30'],
    ['an agreed day before it stays', '2012-06-30', '2027-01-01', '2014-06-30', '2027-01-01'],
    ['an agreed day behind it gives way', '2012-06-30', '2030-01-01', '2010-06-30', '2028-06-30'],
    ['of age by the new birth date', '2012-06-30', '2030-06-30', '2008-11-23', null],
    ['of age tomorrow by the new birth date', '2012-06-30', '2030-06-30', '2008-11-24', '2026-11-24'],
  ])('of a minor: %s', (_what, from, endsOn, to, expected) => {
    expect(after({ ...minors, endsOn: date(endsOn) }, from, to)).toEqual(expected && { endsOn: date(expected) });
  });

  it.each([
    ['stays as it is for an adult', 'CAREGIVER', null, '1951-01-01', { endsOn: null }],
    ['ends for a minor unless parent or guardian', 'CAREGIVER', null, '2012-06-30', null],
    ['of a parent lasts until a minor comes of age', 'PARENT', null, '2012-06-30', { endsOn: date('2030-06-30') }],
    ['of a guardian keeps an earlier day', 'GUARDIAN', date('2027-01-01'), '2012-06-30', { endsOn: date('2027-01-01') }],
  ] as const)('of an adult: %s', (_what, relationship, endsOn, to, expected) => {
    expect(after({ ...minors, relationship, endsOn }, '1950-01-01', to)).toEqual(expected);
  });

  it.each([
    ['the patient', 'pat_1'],
    ['the proxy', 'pat_2'],
  ])('ends when %s dies or is out of use', (_who, id) => {
    const whole = person(id, date('1950-01-01'));
    const grant = { ...minors, endsOn: null };
    expect(termsAfterChange(grant, whole, { ...whole, deceased: true }, now)).toBeNull();
    expect(termsAfterChange(grant, whole, { ...whole, active: false }, now)).toBeNull();
    expect(termsAfterChange(grant, { ...whole, active: false }, whole, now)).toEqual({ endsOn: null });
  });

  it('ends when the proxy turns out to be a minor', () => {
    const whole = person('pat_2', date('1980-01-01'));
    const grant = { ...minors, endsOn: date('2030-06-30') };
    expect(termsAfterChange(grant, whole, { ...whole, birthDate: date('2008-11-24') }, now)).toBeNull();
    expect(termsAfterChange(grant, whole, { ...whole, birthDate: date('2008-11-23') }, now)).toEqual({ endsOn: date('2030-06-30') });
  });
});

describe('refuseSurplus', () => {
  const grant = (n: number): ProxyGrantRecord => ({
    id: `prx_${n}`,
    patientId: 'pat_1',
    proxyPatientId: `pat_proxy${n}`,
    relationship: 'CAREGIVER',
    status: 'ACTIVE',
    endsOn: null,
    grantedAt: now,
    endedAt: null,
  });
  const grants = (count: number) => Array.from({ length: count }, (_, n) => grant(n));

  it('allows up to the most', () => {
    expect(() => refuseSurplus(grants(mostProxiesOfOne - 1), grants(mostChargesOfOne - 1), 'pat_new')).not.toThrow();
  });
  it.each([
    ['one proxy too many', grants(mostProxiesOfOne), [], 'pat_new'],
    ['one charge too many', [], grants(mostChargesOfOne), 'pat_new'],
    ['the same pair again', grants(1), [], 'pat_proxy0'],
  ])('refuses %s', (_what, proxies, charges, proxyPatientId) => {
    expect(() => refuseSurplus(proxies, charges, proxyPatientId)).toThrow(Refusal);
  });
});

describe('who grants and revokes', () => {
  const charts = {
    mayOpen: () => Promise.reject(new Error('not asked')),
    mayOpenSql: () => {
      throw new Error('not asked');
    },
    isRelated: () => Promise.reject(new Error('not asked')),
    consents: () => Promise.reject(new Error('not asked')),
  };
  const asker = (role: Caller['role'], patientId?: string) => ({ caller: { role, subject: 's', patientId, scopes: [] }, charts });
  const grant = { patientId: 'pat_1', proxyPatientId: 'pat_2' };
  const rows = roles.flatMap((role) => [true, false].map((minor) => ({ role, minor })));

  it.each(rows)('$role of a stranger, a minor: $minor', ({ role, minor }) => {
    const may = role === 'SYSTEM' || (role === 'FRONT_DESK' && minor);
    expect(mayGrantProxy(asker(role), 'pat_1', minor)).toBe(may);
    expect(mayRevokeProxy(asker(role), grant, minor)).toBe(may);
  });

  it('adults for themselves, minors not', () => {
    expect(mayGrantProxy(asker('PATIENT', 'pat_1'), 'pat_1', false)).toBe(true);
    expect(mayGrantProxy(asker('PATIENT', 'pat_1'), 'pat_1', true)).toBe(false);
    expect(mayGrantProxy(asker('PATIENT', 'pat_2'), 'pat_1', false)).toBe(false);
  });

  it('the proxy steps back', () => {
    expect(mayRevokeProxy(asker('PATIENT', 'pat_2'), grant, true)).toBe(true);
    expect(mayRevokeProxy(asker('PATIENT', 'pat_3'), grant, true)).toBe(false);
  });
});
