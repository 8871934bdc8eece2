import type { MutationResolvers } from '../generated/graphql.ts';
import { waiveCharge as waive } from '../charge-item-service.ts';

export const waiveCharge: NonNullable<MutationResolvers['waiveCharge']> = (_root, { input }, context) => waive(context, input);
