import type { MutationResolvers } from '../generated/graphql.ts';
import { overrideDetectedIssue as override } from '../issue-service.ts';

export const overrideDetectedIssue: NonNullable<MutationResolvers['overrideDetectedIssue']> = (_root, { input }, context) =>
  override(context, input);
