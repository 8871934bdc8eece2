import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ingredients } from '../catalogue/ingredients.ts';
import { interactions } from '../catalogue/interactions.ts';
import { medications } from '../catalogue/medications.ts';
import { bySeverity, checkPrescription } from './check.ts';
import { knownSubstances, type Finding, type KnownAllergy, type Substance, type Therapy } from './facts.ts';

// The check against the real catalogue: what a prescriber would see.

const known = new Map(ingredients.map((ingredient) => [ingredient.slug, ingredient]));
const catalogued = knownSubstances(ingredients);

function substance(slug: string, micrograms: number | null): Substance {
  const { name, classes, maxDailyMg } = known.get(slug) ?? { name: slug, classes: [], maxDailyMg: null };
  const max = maxDailyMg === null ? null : BigInt(Math.round(maxDailyMg * 1000));
  return {
    slug,
    name,
    classes,
    micrograms: micrograms === null ? null : BigInt(micrograms),
    maxDailyMicrograms: max,
    maxDailySource: 'label',
  };
}

let count = 0;
function taking(code: string, doseAmount = '1', frequencyPerDay = 1): Therapy {
  const medication = medications.find((one) => one.code === `rx-${code}`);
  if (!medication) throw new Error(`no medication ${code}`);
  const substances = medication.composition.map(({ slug, micrograms }) => substance(slug, micrograms));
  return {
    prescriptionId: `rx_${(count += 1)}`,
    medication: { code: medication.code, name: medication.name, substances },
    dose: { doseAmount, doseUnit: medication.doseUnit, frequencyPerDay },
  };
}

const allergic = (substanceCode: string, criticality = 'HIGH'): KnownAllergy => ({
  allergyId: `alg_${substanceCode}`,
  substanceCode,
  criticality,
});

const check = (draft: Therapy, given: { active?: Therapy[]; allergies?: KnownAllergy[] } = {}): Finding[] =>
  checkPrescription({ draft, active: given.active ?? [], allergies: given.allergies ?? [], interactions }, catalogued);

const said = (findings: readonly Finding[]): string[] => findings.map(({ code, severity }) => `${code} ${severity}`);

describe('allergies', () => {
  test.each([
    ['amoxicillin-500mg-capsule', 'ingredient:amoxicillin', 'LOW', ['ALLERGY HIGH']],
    ['amoxicillin-500mg-capsule', 'class:penicillins', 'HIGH', ['ALLERGY HIGH']],
    ['amoxicillin-500mg-capsule', 'class:penicillins', 'UNABLE_TO_ASSESS', ['ALLERGY HIGH']],
    ['amoxicillin-500mg-capsule', 'class:penicillins', 'LOW', ['ALLERGY MODERATE']],
    ['amoxicillin-500mg-capsule', 'ingredient:penicillin-v', 'HIGH', ['ALLERGY HIGH']],
    ['amoxicillin-500mg-capsule', 'ingredient:penicillin-v', 'LOW', ['ALLERGY MODERATE']],
    ['cephalexin-500mg-capsule', 'class:penicillins', 'HIGH', ['ALLERGY MODERATE']],
    ['cephalexin-500mg-capsule', 'ingredient:amoxicillin', 'LOW', ['ALLERGY LOW']],
    ['amoxicillin-clavulanate-875mg-125mg-tablet', 'ingredient:amoxicillin', 'LOW', ['ALLERGY HIGH']],
    ['ibuprofen-400mg-tablet', 'ingredient:aspirin', 'HIGH', ['ALLERGY HIGH']],
    ['sulfamethoxazole-trimethoprim-800mg-160mg-tablet', 'class:sulfonamide-antibiotics', 'HIGH', ['ALLERGY HIGH']],
    ['amoxicillin-500mg-capsule', 'class:sulfonamide-antibiotics', 'HIGH', []],
    ['amoxicillin-500mg-capsule', 'other:latex', 'HIGH', []],
    ['amoxicillin-500mg-capsule', 'other:amoxicillin', 'HIGH', []],
    ['amoxicillin-500mg-capsule', 'ingredient:unheard-of', 'HIGH', ['ALLERGY HIGH']],
    ['amoxicillin-500mg-capsule', 'ingredient:unheard-of', 'UNABLE_TO_ASSESS', ['ALLERGY MODERATE']],
    ['amoxicillin-500mg-capsule', 'class:unheard-of', 'HIGH', ['ALLERGY HIGH']],
    ['amoxicillin-500mg-capsule', 'class:unheard-of', 'LOW', ['ALLERGY MODERATE']],
    ['amoxicillin-500mg-capsule', 'class:amoxicillin', 'LOW', ['ALLERGY MODERATE']],
    ['amoxicillin-500mg-capsule', 'ingredient:penicillins', 'HIGH', ['ALLERGY HIGH']],
    ['amoxicillin-500mg-capsule', 'other:unheard-of', 'HIGH', []],
    ['azithromycin-250mg-tablet', 'class:penicillins', 'HIGH', []],
  ])('%s for who is allergic to %s (%s): %o', (code, substanceCode, criticality, expected) => {
    expect(said(check(taking(code), { allergies: [allergic(substanceCode, criticality)] }))).toEqual(expected);
  });

  test('that the catalogue does not know are named as not checked', () => {
    const [finding] = check(taking('amoxicillin-500mg-capsule'), { allergies: [allergic('ingredient:unheard-of')] });
    expect(finding).toMatchObject({
      detail: 'The patient is allergic to unheard-of. It could not be checked: the catalogue does not know ingredient:unheard-of.',
      implicated: ['alg_ingredient:unheard-of', 'unheard-of'],
    });
  });

  test('are named with the allergy and the substance', () => {
    const [finding] = check(taking('amoxicillin-500mg-capsule'), { allergies: [allergic('class:penicillins')] });
    expect(finding).toMatchObject({
      detail: 'The patient is allergic to penicillins, to which amoxicillin belongs.',
      implicated: ['alg_class:penicillins', 'amoxicillin'],
    });
  });
});

describe('interactions with what is taken already', () => {
  test.each([
    ['warfarin-5mg-tablet', 'ibuprofen-400mg-tablet', ['INTERACTION HIGH']],
    ['ibuprofen-400mg-tablet', 'warfarin-5mg-tablet', ['INTERACTION HIGH']],
    ['sildenafil-50mg-tablet', 'isosorbide-mononitrate-60mg-extended-release-tablet', ['INTERACTION HIGH']],
    ['sertraline-50mg-tablet', 'tramadol-50mg-tablet', ['INTERACTION MODERATE']],
    ['alprazolam-0.5mg-tablet', 'oxycodone-5mg-tablet', ['INTERACTION HIGH']],
    ['levothyroxine-50mcg-tablet', 'omeprazole-20mg-capsule', ['INTERACTION LOW']],
    ['phenelzine-15mg-tablet', 'sertraline-50mg-tablet', ['INTERACTION HIGH']],
    ['lisinopril-10mg-tablet', 'losartan-50mg-tablet', ['INTERACTION MODERATE']],
    ['amoxicillin-500mg-capsule', 'metformin-500mg-tablet', []],
  ])('%s with %s: %o', (code, other, expected) => {
    expect(said(check(taking(code), { active: [taking(other)] }))).toEqual(expected);
  });

  test('are found for each ingredient of a combination', () => {
    const findings = check(taking('sulfamethoxazole-trimethoprim-800mg-160mg-tablet'), {
      active: [taking('warfarin-5mg-tablet'), taking('spironolactone-25mg-tablet')],
    });
    expect(said(findings)).toEqual(['INTERACTION HIGH', 'INTERACTION HIGH']);
  });
});

describe('duplicate therapy', () => {
  test.each([
    ['ibuprofen-600mg-tablet', 'ibuprofen-400mg-tablet', ['DUPLICATE_THERAPY MODERATE']],
    ['ibuprofen-400mg-tablet', 'naproxen-500mg-tablet', ['DUPLICATE_THERAPY LOW']],
    ['lorazepam-1mg-tablet', 'diazepam-5mg-tablet', ['DUPLICATE_THERAPY MODERATE']],
    ['acetaminophen-500mg-tablet', 'hydrocodone-acetaminophen-5mg-325mg-tablet', ['DUPLICATE_THERAPY MODERATE']],
    ['metformin-500mg-tablet', 'glipizide-5mg-tablet', []],
    ['insulin-glargine-100units-ml-pen', 'insulin-lispro-100units-ml-pen', []],
  ])('%s beside %s: %o', (code, other, expected) => {
    expect(said(check(taking(code), { active: [taking(other)] }))).toEqual(expected);
  });
});

describe('the daily dose', () => {
  test.each([
    ['acetaminophen-500mg-tablet', '2', 4, []],
    ['acetaminophen-500mg-tablet', '2.001', 4, ['DOSE HIGH']],
    ['ibuprofen-400mg-tablet', '2', 4, []],
    ['ibuprofen-400mg-tablet', '2', 5, ['DOSE HIGH']],
    ['levothyroxine-100mcg-tablet', '3', 1, []],
    ['levothyroxine-100mcg-tablet', '3.5', 1, ['DOSE HIGH']],
    ['insulin-glargine-100units-ml-pen', '80', 2, []],
  ])('%s: %s at a time, %i times: %o', (code, amount, frequency, expected) => {
    expect(said(check(taking(code, amount, frequency)))).toEqual(expected);
  });

  test('counts what the patient takes already, in milligrams too', () => {
    const active = [taking('hydrocodone-acetaminophen-5mg-325mg-tablet', '2', 4)];
    const findings = check(taking('acetaminophen-500mg-tablet', '1', 3), { active });
    expect(said(findings)).toEqual(['DOSE HIGH', 'DUPLICATE_THERAPY MODERATE']);
    expect(findings[0]?.detail).toBe('4100 mg of acetaminophen a day, active medications included; the limit for adults is 4000 mg.');
  });

  test('needs a new override when it is raised', () => {
    const [low, high] = ['5', '6'].map((amount) => check(taking('lisinopril-20mg-tablet', amount))[0]?.fingerprint);
    expect(low).toBeDefined();
    expect(high).not.toBe(low);
  });
});

describe('whatever is prescribed', () => {
  const anyTherapy = fc
    .tuple(fc.constantFrom(...medications.map(({ code }) => code.slice(3))), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }))
    .map(([code, amount, frequency]) => taking(code, String(amount), frequency));
  const anyAllergy = fc
    .tuple(
      fc.constantFrom(...ingredients.flatMap(({ slug, classes }) => [`ingredient:${slug}`, ...classes.map((name) => `class:${name}`)])),
      fc.constantFrom('LOW', 'HIGH', 'UNABLE_TO_ASSESS'),
    )
    .map(([code, criticality]) => allergic(code, criticality));
  const facts = { draft: anyTherapy, active: fc.array(anyTherapy, { maxLength: 6 }), allergies: fc.array(anyAllergy, { maxLength: 4 }) };

  test('the findings are sorted, each once, with a source', () => {
    fc.assert(
      fc.property(fc.record(facts), ({ draft, ...given }) => {
        const findings = check(draft, given);
        expect([...findings].sort(bySeverity)).toEqual(findings);
        expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length);
        expect(findings.every(({ source, detail, implicated }) => source !== '' && detail !== '' && implicated.length > 0)).toBe(true);
      }),
    );
  });

  test('more allergies and medications never make a high issue go away', () => {
    fc.assert(
      fc.property(fc.record(facts), anyTherapy, anyAllergy, ({ draft, active, allergies }, therapy, allergy) => {
        const kind = ({ code, severity, implicated }: Finding) => `${code} ${severity} ${implicated[0]}`;
        const high = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity === 'HIGH').map(kind);
        const before = high(check(draft, { active, allergies }));
        const after = new Set(high(check(draft, { active: [...active, therapy], allergies: [...allergies, allergy] })));
        expect(before.filter((one) => !after.has(one))).toEqual([]);
      }),
    );
  });

  test('two medications interact in whichever order they are prescribed', () => {
    fc.assert(
      fc.property(anyTherapy, anyTherapy, (one, other) => {
        const severities = (draft: Therapy, active: Therapy) =>
          check(draft, { active: [active] })
            .filter(({ code }) => code === 'INTERACTION')
            .map(({ severity, source }) => `${severity} ${source}`)
            .sort();
        expect(severities(one, other)).toEqual(severities(other, one));
      }),
    );
  });
});
