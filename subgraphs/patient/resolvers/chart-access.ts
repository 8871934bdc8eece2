import type { Role } from '#chassis/caller.ts';
import { actionOf } from '../audit-service.ts';
import type { ChartAccessResolvers, PurposeOfUse } from '../generated/graphql.ts';

export const ChartAccess: ChartAccessResolvers = {
  accessedAt: ({ recordedAt }) => recordedAt,
  role: ({ role }) => role as Role,
  action: actionOf,
  purpose: ({ purpose }) => purpose as PurposeOfUse,
  kinds: ({ entities }) => [...new Set(entities.map((entity) => entity.slice(0, entity.indexOf('/'))))],
  breakGlass: ({ breakGlassGrantId }) => breakGlassGrantId !== null,
};
