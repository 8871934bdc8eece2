import type { MutationResolvers } from '../generated/graphql.ts';
import { recordDispense as record } from '../dispense-service.ts';

export const recordDispense: NonNullable<MutationResolvers['recordDispense']> = (_root, { input }, context) => record(context, input);
