import type { MutationResolvers } from '../generated/graphql.ts';
import { releasePrescription as release } from '../lifecycle-service.ts';

export const releasePrescription: NonNullable<MutationResolvers['releasePrescription']> = (_root, { input }, context) =>
  release(context, input);
