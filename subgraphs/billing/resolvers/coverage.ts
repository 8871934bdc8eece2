import { coverageAccess } from '../access.ts';
import type { CoverageResolvers } from '../generated/graphql.ts';

export const Coverage: CoverageResolvers = {
  __resolveReference: async ({ id }, context) => coverageAccess.visible(context, await context.loaders.coverage.load(id)),
  patient: ({ patientId }) => ({ id: patientId }),
};
