import type { PatientResolvers } from '../generated/graphql.ts';
import { prescriptionsBelow } from '../prescription-service.ts';

export const Patient: PatientResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  prescriptions: ({ id }, args, context) => prescriptionsBelow(context, 'patient_id', id, args),
};
