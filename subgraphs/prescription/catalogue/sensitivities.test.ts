import { expect, test } from 'vitest';
import { ingredients } from './ingredients.ts';
import { medications } from './medications.ts';
import { sensitivitiesOf } from './sensitivities.ts';

test.each([
  ['buprenorphine', ['SUBSTANCE_USE']],
  ['naltrexone', ['SUBSTANCE_USE']],
  ['naloxone', []],
  ['sertraline', ['PSYCHIATRIC']],
  ['duloxetine', ['PSYCHIATRIC']],
  ['bupropion', ['PSYCHIATRIC']],
  ['lithium', ['PSYCHIATRIC']],
  ['quetiapine', ['PSYCHIATRIC']],
  ['dolutegravir', ['HIV']],
  ['tenofovir', ['HIV']],
  ['lorazepam', []],
  ['amoxicillin', []],
])('%s tells of %j', (slug, expected) => {
  expect(ingredients.map((ingredient) => ingredient.slug)).toContain(slug);
  expect(sensitivitiesOf([{ slug }])).toEqual(expected);
});

test('a combination tells of what each of its substances tells of, each kind has a medication, and most tell of nothing', () => {
  expect(sensitivitiesOf([{ slug: 'tenofovir' }, { slug: 'buprenorphine' }, { slug: 'naloxone' }])).toEqual(['SUBSTANCE_USE', 'HIV']);
  const labels = medications.map(({ composition }) => sensitivitiesOf(composition));
  expect(new Set(labels.flat())).toEqual(new Set(['SUBSTANCE_USE', 'PSYCHIATRIC', 'HIV']));
  expect(labels.filter((of) => of.length > 0).length).toBeLessThan(medications.length / 4);
});
