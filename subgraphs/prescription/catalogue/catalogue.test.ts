import { describe, expect, test } from 'vitest';
import { ingredients } from './ingredients.ts';
import { interactions } from './interactions.ts';
import { medications } from './medications.ts';
import { demoPharmacies } from './pharmacies.ts';
import { stableId } from './stable-id.ts';

const slugs = new Set(ingredients.map(({ slug }) => slug));
const classes = new Set(ingredients.flatMap((ingredient) => ingredient.classes));

describe('the catalogue', () => {
  test('has about a hundred medications or more, each code and name once', () => {
    expect(medications.length).toBeGreaterThanOrEqual(100);
    expect(new Set(medications.map(({ code }) => code)).size).toBe(medications.length);
    expect(new Set(medications.map(({ name }) => name)).size).toBe(medications.length);
  });

  test('names each substance once, and none that no medication contains', () => {
    expect(slugs.size).toBe(ingredients.length);
    const used = new Set(medications.flatMap(({ composition }) => composition.map(({ slug }) => slug)));
    expect([...slugs].filter((slug) => !used.has(slug))).toEqual([]);
    expect([...used].filter((slug) => !slugs.has(slug))).toEqual([]);
  });

  test('writes names and codes for people and programs', () => {
    const amoxicillin = medications.find(({ code }) => code === 'rx-amoxicillin-500mg-capsule');
    expect(amoxicillin?.name).toBe('Amoxicillin 500 mg capsule');
    const combination = medications.find(({ composition }) => composition.some(({ slug }) => slug === 'clavulanate'));
    expect(combination).toMatchObject({ name: 'Amoxicillin/clavulanate 875 mg/125 mg tablet', strength: '875 mg/125 mg' });
    expect(medications.map(({ name }) => name)).toContain('Levothyroxine 50 mcg tablet');
    for (const { code } of medications) expect(code).toMatch(/^rx-[a-z0-9.-]+$/);
  });

  test.each(['II', 'III', 'IV', 'V'])('has medications of schedule %s', (schedule) => {
    expect(medications.some((medication) => medication.schedule === schedule)).toBe(true);
  });

  test('a full-strength single dose stays within the daily limit of each ingredient', () => {
    const limits = new Map(ingredients.map(({ slug, maxDailyMg }) => [slug, maxDailyMg]));
    const above = medications.filter(({ composition }) =>
      composition.some(({ slug, micrograms }) => (micrograms ?? 0) / 1000 > (limits.get(slug) ?? Infinity)),
    );
    expect(above).toEqual([]);
  });
});

describe('the interaction table', () => {
  test('speaks of substances and classes that exist, each pair once whatever the order, with a source', () => {
    const seen = new Set<string>();
    for (const { a, b, effect, source } of interactions) {
      for (const side of [a, b]) {
        const [kind, name = ''] = side.split(':');
        expect(kind === 'class' ? classes.has(name) : slugs.has(name), side).toBe(true);
      }
      const key = [a, b].sort().join('|');
      expect(seen.has(key), key).toBe(false);
      seen.add(key);
      expect(effect.length).toBeGreaterThan(10);
      expect(source).toMatch(/^FDA /);
    }
    expect(interactions.length).toBeGreaterThanOrEqual(36);
  });
});

describe('the demo pharmacies', () => {
  test('are a dozen with ids that never change', () => {
    expect(demoPharmacies).toHaveLength(12);
    expect(stableId('phm', '0010001')).toBe(demoPharmacies[0]?.id);
    expect(new Set(demoPharmacies.map(({ id }) => id)).size).toBe(12);
    expect(demoPharmacies.every(({ id }) => /^phm_[0-7][0-9a-z]{25}$/.test(id))).toBe(true);
  });
});
