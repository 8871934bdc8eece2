import { issueAccess, prescriptionAccess } from '../access.ts';
import type { PrescriptionResolvers, PrescriptionStatusChangeResolvers } from '../generated/graphql.ts';
import { shownReason } from '../hidden-from-view.ts';
import { seenPrescription } from '../prescription-service.ts';

export const Prescription: PrescriptionResolvers = {
  __resolveReference: ({ id }, context) => seenPrescription(context, id),
  patient: ({ patientId }) => ({ id: patientId }),
  practitioner: ({ practitionerId }) => ({ id: practitionerId }),
  statusReason: ({ statusReason }, _args, context) => shownReason(context, statusReason),
  visit: async (prescription, _args, context) => {
    const { visitId } = prescription;
    return visitId !== null && (await prescriptionAccess.may(context, 'readInChart', prescription)) ? { id: visitId } : null;
  },
  sensitivities: async (prescription, _args, context) =>
    (await prescriptionAccess.may(context, 'readInChart', prescription)) ? prescription.sensitivities : [],
  async medication({ medicationId }, _args, context) {
    const medication = await context.medications.load(medicationId);
    if (!medication) throw new Error(`medication ${medicationId} is prescribed and not there`);
    return medication;
  },
  dosage: (prescription) => prescription,
  pharmacy: ({ pharmacyId }, _args, context) => (pharmacyId === null ? null : context.pharmacies.load(pharmacyId)),
  priorPrescription: ({ priorPrescriptionId }, _args, context) => seenPrescription(context, priorPrescriptionId),
  async detectedIssues({ id }, _args, context) {
    const issues = (await context.issuesOf.load(id)) ?? [];
    const seen = await Promise.all(issues.map((issue) => issueAccess.sees(context, issue)));
    return issues.filter((_issue, index) => seen[index]);
  },
  signature: (prescription) => (prescription.signedAt === null ? null : prescription),
  dispenses: async ({ id }, _args, context) => (await context.dispensesOf.load(id)) ?? [],
  async quantityDispensed({ id }, _args, context) {
    const dispenses = (await context.dispensesOf.load(id)) ?? [];
    return dispenses.filter(({ status }) => status === 'COMPLETED').reduce((sum, { quantity }) => sum + quantity, 0);
  },
  history: async ({ id }, _args, context) => (await context.statusChanges.load(id)) ?? [],
};

export const PrescriptionStatusChange: PrescriptionStatusChangeResolvers = {
  reason: ({ reason }, _args, context) => shownReason(context, reason),
};
