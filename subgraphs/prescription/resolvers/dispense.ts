import { seenDispense } from '../dispense-service.ts';
import type { DispenseResolvers } from '../generated/graphql.ts';
import { seenPrescription } from '../prescription-service.ts';

export const Dispense: DispenseResolvers = {
  __resolveReference: ({ id }, context) => seenDispense(context, id),
  prescription: ({ prescriptionId }, _args, context) => seenPrescription(context, prescriptionId),
  async pharmacy({ pharmacyId }, _args, context) {
    const pharmacy = await context.pharmacies.load(pharmacyId);
    if (!pharmacy) throw new Error(`pharmacy ${pharmacyId} dispenses and is not there`);
    return pharmacy;
  },
};
