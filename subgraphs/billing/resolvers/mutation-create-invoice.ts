import type { MutationResolvers } from '../generated/graphql.ts';
import { createInvoice as create } from '../invoice-service.ts';

export const createInvoice: NonNullable<MutationResolvers['createInvoice']> = (_root, { input }, context) => create(context, input);
