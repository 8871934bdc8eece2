import type { MutationResolvers } from '../generated/graphql.ts';
import { draftPrescription as draft } from '../draft-service.ts';

export const draftPrescription: NonNullable<MutationResolvers['draftPrescription']> = (_root, { input }, context) => draft(context, input);
