import type { MutationResolvers } from '../generated/graphql.ts';
import { signPrescription as sign } from '../signing-service.ts';

export const signPrescription: NonNullable<MutationResolvers['signPrescription']> = (_root, { input }, context) => sign(context, input);
