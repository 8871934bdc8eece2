import type { Resolvers } from '../generated/graphql.ts';
import { Appointment } from './appointment.ts';
import { ClinicalNote } from './clinical-note.ts';
import { addNoteAddendum } from './mutation-add-note-addendum.ts';
import { admitPatient } from './mutation-admit-patient.ts';
import { cancelVisit } from './mutation-cancel-visit.ts';
import { enterWaitingRoom } from './mutation-enter-waiting-room.ts';
import { finishVisit } from './mutation-finish-visit.ts';
import { leaveVisit } from './mutation-leave-visit.ts';
import { returnToVisit } from './mutation-return-to-visit.ts';
import { saveNoteDraft } from './mutation-save-note-draft.ts';
import { signNote } from './mutation-sign-note.ts';
import { NoteAddendum } from './note-addendum.ts';
import { Patient } from './patient.ts';
import { Practitioner } from './practitioner.ts';
import { visit } from './query-visit.ts';
import { waitingRoom } from './query-waiting-room.ts';
import { visitUpdated } from './subscription-visit-updated.ts';
import { VisitParticipant } from './visit-participant.ts';
import { Visit } from './visit.ts';

export const resolvers = {
  Query: { visit, waitingRoom },
  Mutation: {
    enterWaitingRoom,
    admitPatient,
    leaveVisit,
    returnToVisit,
    finishVisit,
    cancelVisit,
    saveNoteDraft,
    signNote,
    addNoteAddendum,
  },
  Subscription: { visitUpdated },
  Visit,
  VisitParticipant,
  ClinicalNote,
  NoteAddendum,
  Appointment,
  Patient,
  Practitioner,
} satisfies Resolvers;
