import type { MutationResolvers } from '../generated/graphql.ts';
import { updatePrescriptionDraft as update } from '../draft-service.ts';

export const updatePrescriptionDraft: NonNullable<MutationResolvers['updatePrescriptionDraft']> = (_root, { input }, context) =>
  update(context, input);
