import type { MutationResolvers } from '../generated/graphql.ts';
import * as service from '../practitioner-service.ts';

export const createHealthcareService: NonNullable<MutationResolvers['createHealthcareService']> = (_root, { input }, context) =>
  service.createHealthcareService(context, input);
