import type { QueryResolvers } from '../generated/graphql.ts';

export const me: NonNullable<QueryResolvers['me']> = (_root, _args, { caller }) => caller;
