import type { MedicationResolvers } from '../generated/graphql.ts';

export const Medication: MedicationResolvers = {
  __resolveReference: ({ id }, context) => context.medications.load(id),
  ingredients: ({ composition }) => composition,
  classes: ({ composition }) => [...new Set(composition.flatMap(({ ingredient }) => ingredient.classes))],
};
