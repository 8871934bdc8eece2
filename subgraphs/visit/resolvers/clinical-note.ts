import type { ClinicalNoteResolvers } from '../generated/graphql.ts';
import { readableNote } from '../note-service.ts';
import { noteStatus } from '../note-states.ts';
import { seenVisit } from '../visit-service.ts';

export const ClinicalNote: ClinicalNoteResolvers = {
  __resolveReference: async ({ id }, context) => readableNote(context, await context.notes.load(id)),
  status: async (note, _args, context) => noteStatus(note, (await context.addenda.load(note.id))?.length ?? 0),
  visit: ({ visitId }, _args, context) => seenVisit(context, visitId),
  author: ({ authorId }) => ({ id: authorId }),
  signedBy: ({ signedById }) => (signedById === null ? null : { id: signedById }),
  addenda: async ({ id }, _args, context) => (await context.addenda.load(id)) ?? [],
};
