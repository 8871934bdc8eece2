import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../appointment-service.ts';

export const markNoShow: NonNullable<MutationResolvers['markNoShow']> = (_root, { input }, context) => service.markNoShow(context, input);
