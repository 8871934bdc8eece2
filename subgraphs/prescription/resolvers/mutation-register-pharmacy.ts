import type { MutationResolvers } from '../generated/graphql.ts';
import { registerPharmacy as register } from '../pharmacy-service.ts';

export const registerPharmacy: NonNullable<MutationResolvers['registerPharmacy']> = (_root, { input }, context) => register(context, input);
