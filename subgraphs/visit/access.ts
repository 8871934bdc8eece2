import type { Caller } from '#chassis/caller.ts';
import {
  all,
  always,
  brokeGlass,
  column,
  consentsPermit,
  isOwnPractitioner,
  isProxy,
  isSelf,
  rowIs,
  treats,
} from '#chassis/access/conditions.ts';
import { accessRules } from '#chassis/access/rules.ts';
import { Prisma } from './generated/prisma/client.ts';
import type { NoteRow } from './note-store.ts';
import type { Attendee } from './presence.ts';
import type { VisitRow } from './visit-store.ts';

// Who may see and do what in this subgraph. What no rule allows is denied: pharmacies, payers and the privacy officer have none, nor
// have services, which speak by events and never ask.

/** `readLabels`: of what sensitive kind it is. `watchWaitingRoom`: sees it in the list of those who wait. The others are the mutations. */
export type VisitAction =
  | 'readLabels'
  | 'watchWaitingRoom'
  | 'enterWaitingRoom'
  | 'admitPatient'
  | 'leaveVisit'
  | 'returnToVisit'
  | 'finishVisit'
  | 'cancelVisit'
  | 'saveNoteDraft';

const visitPatient = column('patient_id', ({ patientId }: VisitRow) => patientId);
const visitConsented = consentsPermit(
  visitPatient,
  column('sensitivities', ({ sensitivities }: VisitRow) => sensitivities),
);

export const visitAccess = accessRules<VisitRow, VisitAction>('Visit', { id: ({ id }) => id, patientId: ({ patientId }) => patientId }, [
  {
    id: 'patient',
    who: ['PATIENT'],
    may: ['read', 'readLabels', 'enterWaitingRoom', 'leaveVisit', 'returnToVisit'],
    when: isSelf(visitPatient),
    says: 'A patient sees their own visits, enters the waiting room, leaves and returns.',
    serves: 'DOMAIN 7: patient, own chart, join; DOMAIN 5: waiting room',
  },
  {
    id: 'proxy',
    who: ['PATIENT'],
    may: ['read', 'readLabels', 'enterWaitingRoom', 'leaveVisit', 'returnToVisit'],
    when: isProxy(visitPatient),
    says: 'A proxy sees the visits of those for whom they act, and takes part with them.',
    serves: 'DOMAIN 7: patient, charts of those they are proxy for, join',
  },
  {
    id: 'own-practitioner',
    who: ['PRACTITIONER'],
    may: [
      'read',
      'readLabels',
      'watchWaitingRoom',
      'admitPatient',
      'leaveVisit',
      'returnToVisit',
      'finishVisit',
      'cancelVisit',
      'saveNoteDraft',
    ],
    when: isOwnPractitioner(column('practitioner_id', ({ practitionerId }: VisitRow) => practitionerId)),
    says: "The visit's practitioner sees it whatever it tells of, conducts it and writes its note.",
    serves: 'DOMAIN 7: practitioner, visit, note; DOMAIN 5: the practitioner admits',
  },
  {
    id: 'treating',
    who: ['PRACTITIONER'],
    may: ['read', 'readLabels'],
    when: all(treats(visitPatient), visitConsented),
    says: 'A practitioner sees the visits of patients they treat; a sensitive one only as far as consents of the patient permit.',
    serves: 'DOMAIN 7: practitioner, charts of patients they treat; sensitive records',
  },
  {
    id: 'break-glass',
    who: ['PRACTITIONER'],
    may: ['read', 'readLabels'],
    when: brokeGlass(visitPatient),
    says: 'A practitioner who broke the glass sees the visits of that patient, sensitive ones too.',
    serves: 'DOMAIN 7: break the glass',
  },
  {
    id: 'front-desk',
    who: ['FRONT_DESK'],
    may: ['read', 'watchWaitingRoom', 'cancelVisit'],
    when: always,
    says: 'The front desk sees of every visit who, when and where it stands, never its note nor its labels, and calls visits off. Of a sensitive one too: it books, receives and moves people, and knows the visit type from the booking.',
    serves: 'DOMAIN 7: front desk, appointments; no notes',
  },
  {
    id: 'biller',
    who: ['BILLER'],
    may: ['read'],
    when: visitConsented,
    says: 'A biller sees of every visit what was done and when, never its note; of a sensitive one only with consents for payment. What it costs is in its charge all the same.',
    serves: 'DOMAIN 7: biller, charges; no notes; sensitive records',
  },
]);

const notePatient = column('patient_id', ({ patientId }: NoteRow) => patientId);
const isSigned = rowIs<NoteRow>(
  (t) => Prisma.sql`${t}.signed_at is not null`,
  ({ signedAt }) => signedAt !== null,
);

/** A draft is its author's alone; a signed note belongs to the chart. */
export const noteAccess = accessRules<NoteRow, 'signNote' | 'addNoteAddendum'>(
  'ClinicalNote',
  { id: ({ id }) => id, patientId: ({ patientId }) => patientId },
  [
    {
      id: 'author',
      who: ['PRACTITIONER'],
      may: ['read', 'signNote', 'addNoteAddendum'],
      when: isOwnPractitioner(column('author_id', ({ authorId }: NoteRow) => authorId)),
      says: 'The author of a note reads its draft, signs it and adds to it.',
      serves: 'DOMAIN 7: practitioner, note, sign',
    },
    {
      id: 'patient',
      who: ['PATIENT'],
      may: 'read',
      when: all(isSelf(notePatient), isSigned),
      says: 'A patient reads the signed notes about them.',
      serves: 'DOMAIN 7: patient, own chart',
    },
    {
      id: 'proxy',
      who: ['PATIENT'],
      may: 'read',
      when: all(isProxy(notePatient), isSigned),
      says: 'A proxy reads the signed notes about those for whom they act.',
      serves: 'DOMAIN 7: patient, charts of those they are proxy for',
    },
    {
      id: 'treating',
      who: ['PRACTITIONER'],
      may: 'read',
      when: all(
        isSigned,
        treats(notePatient),
        consentsPermit(
          notePatient,
          column('sensitivities', ({ sensitivities }: NoteRow) => sensitivities),
        ),
      ),
      says: 'A practitioner reads the signed notes about patients they treat; a sensitive one only as far as consents of the patient permit.',
      serves: 'DOMAIN 7: practitioner, charts of patients they treat; sensitive records',
    },
    {
      id: 'break-glass',
      who: ['PRACTITIONER'],
      may: 'read',
      when: all(isSigned, brokeGlass(notePatient)),
      says: 'A practitioner who broke the glass reads the signed notes about that patient, sensitive ones too.',
      serves: 'DOMAIN 7: break the glass',
    },
  ],
);

export const accessTables = [visitAccess, noteAccess] as const;

/**
 * As whom the caller takes part in the visit; null when they do not. Asks nothing: for a patient who is not the one of
 * the visit, the caller must have found out that they may see it, which only a proxy may.
 */
export function attendeeOf({ role, practitionerId, patientId }: Caller, visit: VisitRow): Attendee | null {
  if (role === 'PRACTITIONER' && practitionerId === visit.practitionerId) return { role: 'PRACTITIONER', personId: visit.practitionerId };
  if (role !== 'PATIENT' || patientId === undefined) return null;
  return { role: patientId === visit.patientId ? 'PATIENT' : 'PROXY', personId: patientId };
}
