import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../practitioner-service.ts';

export const registerPractitioner: NonNullable<MutationResolvers['registerPractitioner']> = (_root, { input }, context) =>
  service.registerPractitioner(context, input);
