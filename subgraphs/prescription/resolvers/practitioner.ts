import type { PractitionerResolvers } from '../generated/graphql.ts';
import { prescriptionsBelow } from '../prescription-service.ts';

export const Practitioner: PractitionerResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  prescriptions: ({ id }, args, context) => prescriptionsBelow(context, 'practitioner_id', id, args),
};
