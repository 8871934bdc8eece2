import type { DosageResolvers } from '../generated/graphql.ts';

/** The fields stand in the prescription under the same names. */
export const Dosage: DosageResolvers = {};
