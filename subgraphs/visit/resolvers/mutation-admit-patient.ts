import type { MutationResolvers } from '../generated/graphql.ts';
import { admitPatient as admit } from '../visit-service.ts';

export const admitPatient: NonNullable<MutationResolvers['admitPatient']> = (_root, { input }, context) => admit(context, input);
