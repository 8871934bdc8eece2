import type { MutationResolvers } from '../generated/graphql.ts';
import { signNote as sign } from '../note-service.ts';

export const signNote: NonNullable<MutationResolvers['signNote']> = (_root, { input }, context) => sign(context, input);
