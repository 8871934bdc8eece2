import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../practitioner-service.ts';

export const setPractitionerActive: NonNullable<MutationResolvers['setPractitionerActive']> = (_root, { input }, context) =>
  service.setPractitionerActive(context, input);
