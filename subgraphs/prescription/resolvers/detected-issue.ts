import type { DetectedIssueResolvers } from '../generated/graphql.ts';
import { seenIssue } from '../issue-service.ts';
import { seenPrescription } from '../prescription-service.ts';

export const DetectedIssue: DetectedIssueResolvers = {
  __resolveReference: ({ id }, context) => seenIssue(context, id),
  mitigation: (issue) => (issue.mitigatedAt === null ? null : issue),
  prescription: ({ prescriptionId }, _args, context) => seenPrescription(context, prescriptionId),
};
