import { maySeeIssue, maySeeVisitOf } from '../access.ts';
import type { PrescriptionResolvers } from '../generated/graphql.ts';
import { seenPrescription } from '../prescription-service.ts';

export const Prescription: PrescriptionResolvers = {
  __resolveReference: ({ id }, context) => seenPrescription(context, id),
  patient: ({ patientId }) => ({ id: patientId }),
  practitioner: ({ practitionerId }) => ({ id: practitionerId }),
  visit: ({ visitId }, _args, { caller }) => (visitId !== null && maySeeVisitOf(caller) ? { id: visitId } : null),
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
    return issues.filter((issue) => maySeeIssue(context.caller, issue));
  },
  signature: (prescription) => (prescription.signedAt === null ? null : prescription),
  dispenses: async ({ id }, _args, context) => (await context.dispensesOf.load(id)) ?? [],
  async quantityDispensed({ id }, _args, context) {
    const dispenses = (await context.dispensesOf.load(id)) ?? [];
    return dispenses.filter(({ status }) => status === 'COMPLETED').reduce((sum, { quantity }) => sum + quantity, 0);
  },
  history: async ({ id }, _args, context) => (await context.statusChanges.load(id)) ?? [],
};
