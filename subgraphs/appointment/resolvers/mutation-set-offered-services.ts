import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../practitioner-service.ts';

export const setOfferedServices: NonNullable<MutationResolvers['setOfferedServices']> = (_root, { input }, context) =>
  service.setOfferedServices(context, input);
