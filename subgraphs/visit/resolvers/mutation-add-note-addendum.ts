import type { MutationResolvers } from '../generated/graphql.ts';
import { addNoteAddendum as add } from '../note-service.ts';

export const addNoteAddendum: NonNullable<MutationResolvers['addNoteAddendum']> = (_root, { input }, context) => add(context, input);
