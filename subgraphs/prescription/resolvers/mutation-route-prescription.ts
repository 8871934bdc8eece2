import type { MutationResolvers } from '../generated/graphql.ts';
import { routePrescription as route } from '../routing-service.ts';

export const routePrescription: NonNullable<MutationResolvers['routePrescription']> = (_root, { input }, context) => route(context, input);
