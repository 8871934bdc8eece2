import type { PharmacyResolvers } from '../generated/graphql.ts';
import { prescriptionsBelow } from '../prescription-service.ts';

export const Pharmacy: PharmacyResolvers = {
  __resolveReference: ({ id }, context) => context.pharmacies.load(id),
  prescriptions: ({ id }, args, context) => prescriptionsBelow(context, 'pharmacy_id', id, args),
};
