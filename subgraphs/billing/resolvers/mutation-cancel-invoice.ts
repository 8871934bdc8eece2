import type { MutationResolvers } from '../generated/graphql.ts';
import { cancelInvoice as cancel } from '../invoice-service.ts';

export const cancelInvoice: NonNullable<MutationResolvers['cancelInvoice']> = (_root, { input }, context) => cancel(context, input);
