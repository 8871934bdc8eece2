import { joinSensitivities } from '#chassis/sensitivities.ts';
import type { SensitivityCategory } from '#schema/events.ts';
import { ingredients } from './ingredients.ts';

/**
 * Of what a substance tells, by its class. An assumption of this catalogue: what the US label names as its use in adults. Where
 * a class has other uses too (duloxetine for pain), it is labelled all the same: what is hidden for nothing can be shown by a
 * consent, what was shown is known. Classes with many common uses (benzodiazepines, anticonvulsants, stimulants) are not.
 */
const byClass: Readonly<Record<string, SensitivityCategory>> = {
  ssris: 'PSYCHIATRIC',
  snris: 'PSYCHIATRIC',
  aminoketones: 'PSYCHIATRIC',
  'tetracyclic-antidepressants': 'PSYCHIATRIC',
  'serotonin-modulators': 'PSYCHIATRIC',
  tricyclics: 'PSYCHIATRIC',
  maois: 'PSYCHIATRIC',
  'mood-stabilizers': 'PSYCHIATRIC',
  antipsychotics: 'PSYCHIATRIC',
  antiretrovirals: 'HIV',
};

/** Those of classes with another main use. Naloxone is none of them: it is given along with strong pain killers. */
const bySlug: Readonly<Record<string, SensitivityCategory>> = {
  buprenorphine: 'SUBSTANCE_USE',
  naltrexone: 'SUBSTANCE_USE',
};

const classesOf = new Map(ingredients.map(({ slug, classes }) => [slug, classes]));

/** Of what a prescription of these substances tells. */
export const sensitivitiesOf = (composition: readonly { readonly slug: string }[]): SensitivityCategory[] =>
  joinSensitivities(
    composition.flatMap(({ slug }) => {
      const categories = [bySlug[slug], ...(classesOf.get(slug) ?? []).map((name) => byClass[name])];
      return categories.filter((category) => category !== undefined);
    }),
  );
