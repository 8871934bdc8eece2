import type { MutationResolvers } from '../generated/graphql.ts';
import { cancelClaim as cancel } from '../claim-service.ts';

export const cancelClaim: NonNullable<MutationResolvers['cancelClaim']> = (_root, { input }, context) => cancel(context, input);
