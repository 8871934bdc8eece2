import type { MutationResolvers } from '../generated/graphql.ts';
import { registerPatient as decide } from '../patient-service.ts';
import { visiblePatient } from '../seen-patient.ts';

export const registerPatient: NonNullable<MutationResolvers['registerPatient']> = async (_root, { input }, context) => {
  const outcome = await decide(context, input);
  return outcome.ok
    ? { patient: await visiblePatient(context, outcome.result.patientId), userErrors: [] }
    : { patient: null, userErrors: outcome.userErrors };
};
