import type { MutationResolvers } from '../generated/graphql.ts';
import { issueInvoice as issue } from '../invoice-service.ts';

export const issueInvoice: NonNullable<MutationResolvers['issueInvoice']> = (_root, { input }, context) => issue(context, input);
