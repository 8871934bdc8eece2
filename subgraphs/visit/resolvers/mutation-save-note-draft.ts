import type { MutationResolvers } from '../generated/graphql.ts';
import { saveNoteDraft as save } from '../note-service.ts';

export const saveNoteDraft: NonNullable<MutationResolvers['saveNoteDraft']> = (_root, { input }, context) => save(context, input);
