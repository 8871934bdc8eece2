import type { Connection } from '#chassis/paging.ts';
import type { Participant } from './presence.ts';
import type { AddendumRow, NoteRow } from './note-store.ts';
import type { StatusPeriodRow, VisitRow } from './visit-store.ts';

// Which TypeScript type stands behind which GraphQL type; read by `npm run generate`.

export type VisitMapper = VisitRow;
export type VisitStatusPeriodMapper = StatusPeriodRow;
export type VisitParticipantMapper = Participant;
export type VisitConnectionMapper = Connection<VisitRow>;
export type VisitEdgeMapper = Connection<VisitRow>['edges'][number];
export type ClinicalNoteMapper = NoteRow;
export type NoteAddendumMapper = AddendumRow;
export type AppointmentMapper = { id: string };
export type PatientMapper = { id: string };
export type PractitionerMapper = { id: string };
