import type { MutationResolvers } from '../generated/graphql.ts';
import { stopPrescription as stop } from '../lifecycle-service.ts';

export const stopPrescription: NonNullable<MutationResolvers['stopPrescription']> = (_root, { input }, context) => stop(context, input);
