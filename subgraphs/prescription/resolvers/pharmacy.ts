import type { PharmacyResolvers } from '../generated/graphql.ts';
import { prescriptionsAtPharmacy } from '../prescription-service.ts';

export const Pharmacy: PharmacyResolvers = {
  __resolveReference: ({ id }, context) => context.pharmacies.load(id),
  prescriptions: ({ id }, args, context) => prescriptionsAtPharmacy(context, id, args),
};
