import type { Caller } from '#chassis/caller.ts';
import { all, always, brokeGlass, column, consentsPermit, isOwnPractitioner, isProxy, isSelf, treats } from '#chassis/access/conditions.ts';
import { accessRules } from '#chassis/access/rules.ts';
import type { Appointment, WaitlistEntry } from './generated/prisma/client.ts';

// Who may see and do what in this subgraph. What no rule allows is denied. Practitioners, visit types, weekly hours and free slots are
// open to every signed-in caller.
//
// Practitioners see their own calendar. Treating somebody by an appointment or visit opens the chart (visits, notes, prescriptions), not
// the calendars of colleagues; the relations kept here are those of care teams alone.

/** `readWords`: what people wrote, a reason or a note. `readLabels`: of what sensitive kind it is. The others are the mutations. */
export type AppointmentAction =
  | 'readWords'
  | 'readLabels'
  | 'approveAppointment'
  | 'declineAppointment'
  | 'cancelAppointment'
  | 'rescheduleAppointment'
  | 'moveToColleague'
  | 'arriveAppointment'
  | 'checkInAppointment'
  | 'fulfillAppointment'
  | 'markNoShow';

const patient = column('patient_id', ({ patientId }: Appointment) => patientId);
const consented = consentsPermit(
  patient,
  column('sensitivities', ({ sensitivities }: Appointment) => sensitivities),
);
const byPatientSide = [
  'read',
  'readWords',
  'readLabels',
  'cancelAppointment',
  'rescheduleAppointment',
  'moveToColleague',
  'arriveAppointment',
] as const;
const onTheDay = ['approveAppointment', 'declineAppointment', 'checkInAppointment', 'fulfillAppointment', 'markNoShow'] as const;

export const appointmentAccess = accessRules<Appointment, AppointmentAction>(
  'Appointment',
  { id: ({ id }) => id, patientId: ({ patientId }) => patientId },
  [
    {
      id: 'patient',
      who: ['PATIENT'],
      may: byPatientSide,
      when: isSelf(patient),
      says: 'A patient sees, cancels and moves their own appointments, and says that they are there.',
      serves: 'DOMAIN 7: patient, own chart, book, cancel',
    },
    {
      id: 'proxy',
      who: ['PATIENT'],
      may: byPatientSide,
      when: isProxy(patient),
      says: 'A proxy does the same for those for whom they act.',
      serves: 'DOMAIN 7: patient, charts of those they are proxy for',
    },
    {
      id: 'own-practitioner',
      who: ['PRACTITIONER'],
      may: ['read', 'readWords', 'readLabels', 'cancelAppointment', 'rescheduleAppointment', 'arriveAppointment', ...onTheDay],
      when: isOwnPractitioner(column('practitioner_id', ({ practitionerId }: Appointment) => practitionerId)),
      says: 'A practitioner sees the appointments of their own calendar whatever they tell of, conducts them, and moves them within it.',
      serves: 'DOMAIN 7: practitioner; DOMAIN 1: appointment',
    },
    {
      id: 'care-team',
      who: ['PRACTITIONER'],
      may: ['read', 'readWords', 'readLabels'],
      when: all(treats(patient), consented),
      says: 'A practitioner of the care team sees the appointments of the patient with others too; sensitive ones only as far as consents of the patient permit.',
      serves: 'DOMAIN 7: practitioner, explicit care team entry; sensitive records',
    },
    {
      id: 'break-glass',
      who: ['PRACTITIONER'],
      may: ['read', 'readWords', 'readLabels'],
      when: brokeGlass(patient),
      says: 'A practitioner who broke the glass sees the appointments of that patient, sensitive ones too.',
      serves: 'DOMAIN 7: break the glass',
    },
    {
      id: 'front-desk',
      who: ['FRONT_DESK'],
      may: ['read', 'cancelAppointment', 'rescheduleAppointment', 'moveToColleague', 'arriveAppointment', ...onTheDay],
      when: always,
      says: 'The front desk keeps the appointments of all, sensitive ones too: who, with whom, when, and which visit type, because it books them. It writes down what callers say and reads no such words: a reason is a complaint, and that is clinical. Of labels it sees none.',
      serves: 'DOMAIN 7: front desk, appointments; no diagnoses',
    },
    {
      id: 'biller',
      who: ['BILLER'],
      may: 'read',
      when: consented,
      says: 'A biller sees when appointments are and with whom, without words; sensitive ones only with consents for payment. What they cost is in their charges all the same.',
      serves: 'DOMAIN 7: biller, charges; no notes; sensitive records',
    },
  ],
);

interface OfPatient {
  readonly patientId: string;
}
const whose = column('patient_id', ({ patientId }: OfPatient) => patientId);
const keys = { id: ({ patientId }: OfPatient) => patientId, patientId: ({ patientId }: OfPatient) => patientId };

/** Books and waits for a patient. */
export const bookingAccess = accessRules<OfPatient, 'bookAppointment' | 'joinWaitlist'>('Patient.appointments', keys, [
  {
    id: 'patient',
    who: ['PATIENT'],
    may: ['bookAppointment', 'joinWaitlist'],
    when: isSelf(whose),
    says: 'A patient books and waits for themselves.',
    serves: 'DOMAIN 7: patient, book',
  },
  {
    id: 'proxy',
    who: ['PATIENT'],
    may: ['bookAppointment', 'joinWaitlist'],
    when: isProxy(whose),
    says: 'A proxy books and waits for those for whom they act.',
    serves: 'DOMAIN 7: patient, proxy',
  },
  {
    id: 'front-desk',
    who: ['FRONT_DESK'],
    may: ['bookAppointment', 'joinWaitlist'],
    when: always,
    says: 'The front desk books and waits for others.',
    serves: 'DOMAIN 7: front desk, book for others',
  },
]);

const waiting = column('patient_id', ({ patientId }: WaitlistEntry) => patientId);

export const waitlistAccess = accessRules<WaitlistEntry, 'leaveWaitlist'>(
  'WaitlistEntry',
  { id: ({ id }) => id, patientId: ({ patientId }) => patientId },
  [
    {
      id: 'patient',
      who: ['PATIENT'],
      may: ['read', 'leaveWaitlist'],
      when: isSelf(waiting),
      says: 'A patient sees what they wait for, and stops waiting.',
      serves: 'DOMAIN 7: patient, own chart',
    },
    {
      id: 'proxy',
      who: ['PATIENT'],
      may: ['read', 'leaveWaitlist'],
      when: isProxy(waiting),
      says: 'A proxy does the same for those for whom they act.',
      serves: 'DOMAIN 7: patient, proxy',
    },
    {
      id: 'front-desk',
      who: ['FRONT_DESK'],
      may: ['read', 'leaveWaitlist'],
      when: always,
      says: 'The front desk keeps the waitlist.',
      serves: 'DOMAIN 7: front desk, appointments',
    },
  ],
);

/** Whose appointments are followed: of one patient or of one practitioner. */
export interface Party {
  readonly patientId: string | null;
  readonly practitionerId: string | null;
}
const followed = column('patient_id', ({ patientId }: Party) => patientId);

/** Of the appointments that are followed each is shown only as `appointmentAccess` says. */
export const followAccess = accessRules<Party, 'follow'>(
  'Subscription.appointmentUpdated',
  { id: ({ patientId, practitionerId }) => patientId ?? practitionerId ?? '', patientId: ({ patientId }) => patientId },
  [
    {
      id: 'patient',
      who: ['PATIENT'],
      may: 'follow',
      when: isSelf(followed),
      says: 'A patient follows their own appointments.',
      serves: 'DOMAIN 7: patient, own chart',
    },
    {
      id: 'proxy',
      who: ['PATIENT'],
      may: 'follow',
      when: isProxy(followed),
      says: 'A proxy follows the appointments of those for whom they act.',
      serves: 'DOMAIN 7: patient, proxy',
    },
    {
      id: 'own-calendar',
      who: ['PRACTITIONER'],
      may: 'follow',
      when: isOwnPractitioner(column('practitioner_id', ({ practitionerId }: Party) => practitionerId)),
      says: 'A practitioner follows their own calendar.',
      serves: 'DOMAIN 7: practitioner',
    },
    {
      id: 'staff',
      who: ['FRONT_DESK', 'BILLER'],
      may: 'follow',
      when: always,
      says: 'Front desk and billers follow the appointments of anybody, as far as they see them.',
      serves: 'DOMAIN 7: front desk; biller',
    },
  ],
);

interface OfPractitioner {
  readonly practitionerId: string;
}

/** Hours and exceptions, and why somebody is off. */
export const scheduleAccess = accessRules<OfPractitioner, 'keep'>(
  'Schedule.exceptions',
  { id: ({ practitionerId }) => practitionerId, patientId: () => null },
  [
    {
      id: 'own',
      who: ['PRACTITIONER'],
      may: 'keep',
      when: isOwnPractitioner(column('practitioner_id', ({ practitionerId }: OfPractitioner) => practitionerId)),
      says: 'A practitioner keeps their own hours and sees their own days off.',
      serves: 'DOMAIN 2: availability',
    },
    {
      id: 'practice',
      who: ['FRONT_DESK', 'SYSTEM'],
      may: 'keep',
      when: always,
      says: 'The front desk, or a service, keeps the hours of all.',
      serves: 'DOMAIN 7: front desk',
    },
  ],
);

/** The practice itself: practitioners and visit types. */
export const practiceAccess = accessRules<object, 'run'>('Practitioner', { id: () => '', patientId: () => null }, [
  {
    id: 'practice',
    who: ['FRONT_DESK', 'SYSTEM'],
    may: 'run',
    when: always,
    says: 'The front desk, or a service, registers practitioners and creates visit types.',
    serves: 'DOMAIN 7: front desk',
  },
]);

export const accessTables = [appointmentAccess, bookingAccess, waitlistAccess, followAccess, scheduleAccess, practiceAccess] as const;

/** Whether the caller's role acts for patients at all: the others are told so, whatever the patient. */
export const actsForPatients = ({ role }: Caller): boolean => bookingAccess.rules.some(({ who }) => who.includes(role));

/** Notice periods and late fees bind the patient's side only. */
export const isPatientSide = ({ role }: Caller): boolean => role === 'PATIENT';
