import type { MutationResolvers } from '../generated/graphql.ts';
import { updateDispense as update } from '../dispense-service.ts';

export const updateDispense: NonNullable<MutationResolvers['updateDispense']> = (_root, { input }, context) => update(context, input);
