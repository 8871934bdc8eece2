import type { Caller } from '#chassis/caller.ts';
import {
  all,
  always,
  brokeGlass,
  column,
  consentsPermit,
  isOwnOrganization,
  isOwnPractitioner,
  isProxy,
  isSelf,
  rowIs,
  treats,
} from '#chassis/access/conditions.ts';
import { accessRules } from '#chassis/access/rules.ts';
import type { DetectedIssueRow } from './detected-issue-store.ts';
import type { DispenseRow } from './dispense-store.ts';
import { Prisma } from './generated/prisma/client.ts';
import type { PharmacyRow } from './pharmacy-store.ts';
import type { PrescriptionRow } from './prescription-store.ts';
import type { VisitWindowRow } from './read-model-store.ts';

// Who may see and do what in this subgraph. What no rule allows is denied: front desk, billers, payers, the privacy officer and services
// see no prescription. The catalogue and the pharmacies hold nothing of a patient: everyone who is signed in sees them.

/** `readInChart`: its labels, its visit and the text under its signature. The others are the mutations. */
export type PrescriptionAction =
  | 'readInChart'
  | 'updatePrescriptionDraft'
  | 'overrideDetectedIssue'
  | 'signPrescription'
  | 'routePrescription'
  | 'holdPrescription'
  | 'releasePrescription'
  | 'stopPrescription'
  | 'cancelPrescription'
  | 'recordDispense';

const patient = column('patient_id', ({ patientId }: PrescriptionRow) => patientId);
const isSigned = rowIs<PrescriptionRow>(
  (t) => Prisma.sql`${t}.signed_at is not null`,
  ({ signedAt }) => signedAt !== null,
);
const isNoDraft = rowIs<PrescriptionRow>(
  (t) => Prisma.sql`${t}.status <> 'DRAFT'`,
  ({ status }) => status !== 'DRAFT',
);
const treatsWithConsent = all(
  treats(patient),
  consentsPermit(
    patient,
    column('sensitivities', ({ sensitivities }: PrescriptionRow) => sensitivities),
  ),
);

export const prescriptionAccess = accessRules<PrescriptionRow, PrescriptionAction>(
  'Prescription',
  { id: ({ id }) => id, patientId: ({ patientId }) => patientId },
  [
    {
      id: 'patient',
      who: ['PATIENT'],
      may: ['read', 'readInChart'],
      when: isSelf(patient),
      says: 'A patient sees their own prescriptions, drafts too: they are written during the call.',
      serves: 'DOMAIN 7: patient, own chart; DOMAIN 6.2',
    },
    {
      id: 'proxy',
      who: ['PATIENT'],
      may: ['read', 'readInChart'],
      when: isProxy(patient),
      says: 'A proxy sees the prescriptions of those for whom they act, drafts too.',
      serves: 'DOMAIN 7: patient, charts of those they are proxy for',
    },
    {
      id: 'prescriber',
      who: ['PRACTITIONER'],
      may: [
        'read',
        'readInChart',
        'updatePrescriptionDraft',
        'overrideDetectedIssue',
        'signPrescription',
        'routePrescription',
        'holdPrescription',
        'releasePrescription',
        'stopPrescription',
        'cancelPrescription',
      ],
      when: isOwnPractitioner(column('practitioner_id', ({ practitionerId }: PrescriptionRow) => practitionerId)),
      says: 'The prescriber sees what they wrote whatever it tells of, changes, signs, sends, pauses and ends it.',
      serves: 'DOMAIN 7: practitioner, draft, sign; DOMAIN 3',
    },
    {
      id: 'treating',
      who: ['PRACTITIONER'],
      may: ['read', 'readInChart', 'routePrescription', 'holdPrescription', 'releasePrescription', 'stopPrescription'],
      when: treatsWithConsent,
      says: 'A practitioner sees the prescriptions of patients they treat, sends, pauses and stops them; a sensitive one only as far as consents of the patient permit.',
      serves: 'DOMAIN 7: practitioner, charts of patients they treat; sensitive records',
    },
    {
      id: 'treating-cancels',
      who: ['PRACTITIONER'],
      may: 'cancelPrescription',
      when: all(isNoDraft, treatsWithConsent),
      says: 'A practitioner cancels prescriptions of patients they treat, but no draft of somebody else.',
      serves: 'DOMAIN 7: practitioner; DOMAIN 6.3: a draft is never lost',
    },
    {
      id: 'break-glass',
      who: ['PRACTITIONER'],
      may: ['read', 'readInChart'],
      when: brokeGlass(patient),
      says: 'A practitioner who broke the glass sees the prescriptions of that patient, sensitive ones too. It opens the chart and lets change nothing.',
      serves: 'DOMAIN 7: break the glass',
    },
    {
      id: 'pharmacy',
      who: ['PHARMACY'],
      may: ['read', 'recordDispense'],
      when: all(isOwnOrganization(column('pharmacy_id', ({ pharmacyId }: PrescriptionRow) => pharmacyId)), isSigned),
      says: 'A pharmacy sees and dispenses the signed prescriptions that are routed to it, sensitive ones too: the patient has them filled there. It sees neither the visit nor the signed text, which may name other medications.',
      serves: 'DOMAIN 7: pharmacy partner',
    },
  ],
);

/** Of the issues of a prescription that the caller sees. */
export const issueAccess = accessRules<DetectedIssueRow>('DetectedIssue', { id: ({ id }) => id, patientId: ({ patientId }) => patientId }, [
  {
    id: 'chart',
    who: ['PATIENT', 'PRACTITIONER'],
    may: 'read',
    when: always,
    says: 'Whoever sees a prescription as part of a chart sees what the check found. What it found together with a prescription that is hidden from them is said without that one.',
    serves: 'DOMAIN 3: each finding is shown; DOMAIN 7: sensitive records',
  },
  {
    id: 'pharmacy',
    who: ['PHARMACY'],
    may: 'read',
    when: rowIs<DetectedIssueRow>(
      (t) => Prisma.sql`${t}.code = 'ALLERGY'`,
      ({ code }) => code === 'ALLERGY',
    ),
    says: 'A pharmacy sees what the check found about allergies, not about what else the patient takes.',
    serves: "DOMAIN 7: pharmacy partner, the patient's allergies; nothing else",
  },
]);

/** Of the dispenses of a prescription that the caller sees. */
export const dispenseAccess = accessRules<DispenseRow, 'updateDispense'>('Dispense', { id: ({ id }) => id, patientId: () => null }, [
  {
    id: 'pharmacy',
    who: ['PHARMACY'],
    may: 'updateDispense',
    when: isOwnOrganization(column('pharmacy_id', ({ pharmacyId }: DispenseRow) => pharmacyId)),
    says: 'The pharmacy that fills a prescription says how far it is.',
    serves: 'DOMAIN 7: pharmacy partner, dispense, decline',
  },
]);

/** Where a prescription is to be written: in a visit, or outside of one (without its ids). */
export type DraftPlace = Pick<VisitWindowRow, 'patientId' | 'sensitivities'> & {
  readonly visitId: string | null;
  readonly practitionerId: string | null;
};

const placePatient = column('patient_id', ({ patientId }: DraftPlace) => patientId);

export const draftAccess = accessRules<DraftPlace, 'draftPrescription'>(
  'Visit.prescriptions',
  { id: ({ visitId, patientId }) => visitId ?? patientId, patientId: ({ patientId }) => patientId },
  [
    {
      id: 'own-visit',
      who: ['PRACTITIONER'],
      may: 'draftPrescription',
      when: isOwnPractitioner(column('practitioner_id', ({ practitionerId }: DraftPlace) => practitionerId)),
      says: "The visit's practitioner prescribes in it.",
      serves: 'DOMAIN 6.1',
    },
    {
      id: 'treating',
      who: ['PRACTITIONER'],
      may: 'draftPrescription',
      when: all(
        rowIs<DraftPlace>(
          (t) => Prisma.sql`${t}.visit_id is null`,
          ({ visitId }) => visitId === null,
        ),
        treats(placePatient),
      ),
      says: 'Outside of a visit a practitioner prescribes for patients they treat. Who broke the glass does not.',
      serves: 'DOMAIN 7: practitioner, draft',
    },
    {
      id: 'sees-visit',
      who: ['PRACTITIONER'],
      may: 'read',
      when: all(
        treats(placePatient),
        consentsPermit(
          placePatient,
          column('sensitivities', ({ sensitivities }: DraftPlace) => sensitivities),
        ),
      ),
      says: "A practitioner who treats the patient is told that a visit is a colleague's; to others it is not there.",
      serves: 'DOMAIN 7: not there and not yours are one answer',
    },
  ],
);

export const pharmacyAccess = accessRules<Pick<PharmacyRow, 'ncpdpId'>, 'registerPharmacy'>(
  'Pharmacy',
  { id: ({ ncpdpId }) => ncpdpId, patientId: () => null },
  [
    {
      id: 'staff',
      who: ['FRONT_DESK', 'SYSTEM'],
      may: 'registerPharmacy',
      when: always,
      says: 'The front desk, or a service, registers a pharmacy.',
      serves: 'DOMAIN 3: pharmacies and what they can do',
    },
  ],
);

export const accessTables = [prescriptionAccess, issueAccess, dispenseAccess, draftAccess, pharmacyAccess] as const;

/** The practitioner as whom the caller acts; undefined for everyone else. */
export const practitionerOf = ({ role, practitionerId }: Caller): string | undefined =>
  role === 'PRACTITIONER' ? practitionerId : undefined;
