import type { MutationResolvers } from '../generated/graphql.ts';
import { cancelPrescription as cancel } from '../lifecycle-service.ts';

export const cancelPrescription: NonNullable<MutationResolvers['cancelPrescription']> = (_root, { input }, context) =>
  cancel(context, input);
