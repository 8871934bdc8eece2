import type { MutationResolvers } from '../generated/graphql.ts';
import { holdPrescription as hold } from '../lifecycle-service.ts';

export const holdPrescription: NonNullable<MutationResolvers['holdPrescription']> = (_root, { input }, context) => hold(context, input);
