import { isInForce, visibleBreakGlass } from '../break-glass-service.ts';
import type { BreakGlassGrantResolvers } from '../generated/graphql.ts';

export const BreakGlassGrant: BreakGlassGrantResolvers = {
  __resolveReference: ({ id }, context) => visibleBreakGlass(context, id),
  practitioner: ({ practitionerId }) => ({ id: practitionerId }),
  inForce: (grant, _args, context) => isInForce(grant, context.now()),
};
