import type { MutationResolvers } from '../generated/graphql.ts';
import { recordCoverage as record } from '../coverage-service.ts';

export const recordCoverage: NonNullable<MutationResolvers['recordCoverage']> = (_root, { input }, context) => record(context, input);
