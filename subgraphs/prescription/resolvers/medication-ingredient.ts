import { microgramsInMg } from '../dosage.ts';
import type { MedicationIngredientResolvers } from '../generated/graphql.ts';

const inMg = (micrograms: bigint | null): string | null => (micrograms === null ? null : microgramsInMg(micrograms));

export const MedicationIngredient: MedicationIngredientResolvers = {
  substance: ({ ingredientSlug }) => ingredientSlug,
  name: ({ ingredient }) => ingredient.name,
  classes: ({ ingredient }) => ingredient.classes,
  strengthMg: ({ micrograms }) => inMg(micrograms),
  maxDailyMg: ({ ingredient }) => inMg(ingredient.maxDailyMicrograms),
};
