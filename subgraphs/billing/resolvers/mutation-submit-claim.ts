import type { MutationResolvers } from '../generated/graphql.ts';
import { submitClaim as submit } from '../claim-service.ts';

export const submitClaim: NonNullable<MutationResolvers['submitClaim']> = (_root, { input }, context) => submit(context, input);
