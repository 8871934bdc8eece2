import type { Resolvers } from '../generated/graphql.ts';
import { DetectedIssue } from './detected-issue.ts';
import { Dispense } from './dispense.ts';
import { Dosage } from './dosage.ts';
import { MedicationIngredient } from './medication-ingredient.ts';
import { Medication } from './medication.ts';
import { Mitigation } from './mitigation.ts';
import { cancelPrescription } from './mutation-cancel-prescription.ts';
import { draftPrescription } from './mutation-draft-prescription.ts';
import { holdPrescription } from './mutation-hold-prescription.ts';
import { overrideDetectedIssue } from './mutation-override-detected-issue.ts';
import { recordDispense } from './mutation-record-dispense.ts';
import { registerPharmacy } from './mutation-register-pharmacy.ts';
import { releasePrescription } from './mutation-release-prescription.ts';
import { routePrescription } from './mutation-route-prescription.ts';
import { signPrescription } from './mutation-sign-prescription.ts';
import { stopPrescription } from './mutation-stop-prescription.ts';
import { updateDispense } from './mutation-update-dispense.ts';
import { updatePrescriptionDraft } from './mutation-update-prescription-draft.ts';
import { Patient } from './patient.ts';
import { Pharmacy } from './pharmacy.ts';
import { Practitioner } from './practitioner.ts';
import { PrescriptionSignature } from './prescription-signature.ts';
import { Prescription, PrescriptionStatusChange } from './prescription.ts';
import { medication } from './query-medication.ts';
import { medications } from './query-medications.ts';
import { pharmacies } from './query-pharmacies.ts';
import { pharmacyQueue } from './query-pharmacy-queue.ts';
import { pharmacy } from './query-pharmacy.ts';
import { prescription } from './query-prescription.ts';
import { Visit } from './visit.ts';

export const resolvers = {
  Query: { medications, medication, prescription, pharmacy, pharmacies, pharmacyQueue },
  Mutation: {
    draftPrescription,
    updatePrescriptionDraft,
    overrideDetectedIssue,
    signPrescription,
    routePrescription,
    holdPrescription,
    releasePrescription,
    stopPrescription,
    cancelPrescription,
    recordDispense,
    updateDispense,
    registerPharmacy,
  },
  Patient,
  Practitioner,
  Visit,
  Medication,
  MedicationIngredient,
  Prescription,
  PrescriptionStatusChange,
  Dosage,
  PrescriptionSignature,
  DetectedIssue,
  Mitigation,
  Dispense,
  Pharmacy,
} satisfies Resolvers;
