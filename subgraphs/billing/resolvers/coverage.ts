import { maySeeCoverage } from '../access.ts';
import type { CoverageResolvers } from '../generated/graphql.ts';

export const Coverage: CoverageResolvers = {
  __resolveReference: async ({ id }, context) => {
    const coverage = await context.loaders.coverage.load(id);
    return coverage && (await maySeeCoverage(context, coverage)) ? coverage : null;
  },
  patient: ({ patientId }) => ({ id: patientId }),
};
