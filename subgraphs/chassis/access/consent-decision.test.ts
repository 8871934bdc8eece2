import { describe, expect, it } from 'vitest';
import { purposes, type Caller } from '../caller.ts';
import { consentDecision, consentQuestion, consentsOpen, type ConsentProvision } from './consent-decision.ts';

const now = new Date('2026-11-27T12:00:00.000Z');
const hours = (count: number) => new Date(now.getTime() + count * 60 * 60 * 1_000);
const me = 'prc_me';
const treatment = { practitionerId: me, purpose: 'TREATMENT' };

const permit = (fields: Partial<ConsentProvision> = {}): ConsentProvision => ({
  consentId: 'con_1',
  patientId: 'pat_1',
  provision: 'PERMIT',
  purposes: [],
  sensitivities: ['HIV'],
  practitionerId: null,
  periodStart: null,
  periodEnd: null,
  ...fields,
});
const deny = (fields: Partial<ConsentProvision> = {}): ConsentProvision => permit({ provision: 'DENY', ...fields });
const mine = { practitionerId: me };

describe('consents about one label', () => {
  it.each<[string, ConsentProvision[], 'PERMIT' | 'DENY' | null]>([
    ['none: nothing is said', [], null],
    ['one that permits', [permit()], 'PERMIT'],
    ['one that forbids', [deny()], 'DENY'],
    ['at the same depth what forbids wins', [permit(), deny()], 'DENY'],
    ['who is named is deeper: permitted though forbidden to all', [deny(), permit(mine)], 'PERMIT'],
    ['who is named is deeper: forbidden though permitted to all', [permit(), deny(mine)], 'DENY'],
    ['at the deeper depth what forbids wins too', [permit(), permit(mine), deny(mine)], 'DENY'],
    ['that names somebody else', [permit({ practitionerId: 'prc_other' })], null],
    ['about another label', [permit({ sensitivities: ['PSYCHIATRIC'] })], null],
    ['about several labels', [permit({ sensitivities: ['PSYCHIATRIC', 'HIV'] })], 'PERMIT'],
    ['about the chart as a whole', [permit({ sensitivities: [] })], null],
    ['for the purpose', [permit({ purposes: ['PAYMENT', 'TREATMENT'] })], 'PERMIT'],
    ['for another purpose', [permit({ purposes: ['RESEARCH'] })], null],
    ['that forbids for another purpose', [permit(), deny({ purposes: ['RESEARCH'] })], 'PERMIT'],
    ['from this instant on', [permit({ periodStart: now })], 'PERMIT'],
    ['from later on', [permit({ periodStart: hours(1) })], null],
    ['until this instant', [permit({ periodEnd: now })], null],
    ['until later', [permit({ periodStart: hours(-1), periodEnd: hours(1) })], 'PERMIT'],
    ['a deeper one that is over leaves the general one', [permit(), deny({ ...mine, periodEnd: now })], 'PERMIT'],
  ])('%s', (_what, provisions, expected) => {
    expect(consentDecision(provisions, treatment, 'HIV', now)).toBe(expected);
  });
});

describe('consents about the chart as a whole', () => {
  const whole = { sensitivities: [] };
  it.each<[string, ConsentProvision[], 'PERMIT' | 'DENY' | null]>([
    ['about a label alone say nothing', [deny()], null],
    ['close it to all', [deny(whole)], 'DENY'],
    ['close it to one', [deny({ ...whole, ...mine })], 'DENY'],
    ['close it to all but one', [deny(whole), permit({ ...whole, ...mine })], 'PERMIT'],
  ])('%s', (_what, provisions, expected) => {
    expect(consentDecision(provisions, treatment, null, now)).toBe(expected);
  });
});

describe('a purpose', () => {
  const caller = (fields: Partial<Caller>): Caller => ({ role: 'PRACTITIONER', subject: 's', scopes: [], practitionerId: me, ...fields });

  it('is the one of the request, or the usual one of the role', () => {
    expect(consentQuestion(caller({}))).toEqual(treatment);
    expect(consentQuestion(caller({ purpose: 'HRESCH' }))).toEqual({ practitionerId: me, purpose: 'RESEARCH' });
    expect(consentQuestion(caller({ role: 'BILLER' }))).toEqual({ practitionerId: null, purpose: 'PAYMENT' });
    expect(consentQuestion(caller({ role: 'FRONT_DESK' }))).toEqual({ practitionerId: null, purpose: 'OPERATIONS' });
  });

  it('that no consent can name opens nothing by a consent for some purposes, and is no way around one that forbids', () => {
    const named = new Set(['TREAT', 'HPAYMT', 'HOPERAT', 'HRESCH']);
    for (const purpose of purposes.filter((code) => !named.has(code))) {
      const question = consentQuestion(caller({ purpose }));
      expect(consentDecision([permit({ purposes: ['TREATMENT'] })], question, 'HIV', now)).toBeNull();
      expect(consentDecision([permit()], question, 'HIV', now)).toBe('PERMIT');
      expect(consentDecision([permit(), deny({ purposes: ['TREATMENT'] })], question, 'HIV', now)).toBe('DENY');
    }
  });
});

describe('a record', () => {
  const open = (labels: string[], provisions: ConsentProvision[]) => consentsOpen(provisions, treatment, labels, now);
  it('without labels needs no consent', () => expect(open([], [])).toBe(true));
  it('with a label is hidden until a consent permits it', () => {
    expect(open(['HIV'], [])).toBe(false);
    expect(open(['HIV'], [permit()])).toBe(true);
  });
  it('with two labels needs both', () => {
    expect(open(['HIV', 'PSYCHIATRIC'], [permit()])).toBe(false);
    expect(open(['HIV', 'PSYCHIATRIC'], [permit(), permit({ sensitivities: ['PSYCHIATRIC'] })])).toBe(true);
  });
});
