import type { MutationResolvers } from '../generated/graphql.ts';
import { removeCareTeamMember as decide, visibleCareTeamMember } from '../care-team-service.ts';

export const removeCareTeamMember: NonNullable<MutationResolvers['removeCareTeamMember']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { careTeamMember: await visibleCareTeamMember(context, outcome.result.careTeamMemberId), userErrors: [] }
    : { careTeamMember: null, userErrors: outcome.userErrors };
};
