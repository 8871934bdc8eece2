import type { DetectedIssueResolvers } from '../generated/graphql.ts';
import { shownIssue } from '../hidden-from-view.ts';
import { seenIssue } from '../issue-service.ts';
import { seenPrescription } from '../prescription-service.ts';

export const DetectedIssue: DetectedIssueResolvers = {
  __resolveReference: ({ id }, context) => seenIssue(context, id),
  detail: async (issue, _args, context) => (await shownIssue(context, issue)).detail,
  implicated: async (issue, _args, context) => (await shownIssue(context, issue)).implicated,
  source: async (issue, _args, context) => (await shownIssue(context, issue)).source,
  mitigation: (issue) => (issue.mitigatedAt === null ? null : issue),
  prescription: ({ prescriptionId }, _args, context) => seenPrescription(context, prescriptionId),
};
