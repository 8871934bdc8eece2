import type { MutationResolvers } from '../generated/graphql.ts';
import { cancelCoverage as cancel } from '../coverage-service.ts';

export const cancelCoverage: NonNullable<MutationResolvers['cancelCoverage']> = (_root, { input }, context) => cancel(context, input);
