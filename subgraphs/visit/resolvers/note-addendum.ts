import type { NoteAddendumResolvers } from '../generated/graphql.ts';

export const NoteAddendum: NoteAddendumResolvers = {
  author: ({ authorId }) => ({ id: authorId }),
};
