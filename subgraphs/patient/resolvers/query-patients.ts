import type { QueryResolvers } from '../generated/graphql.ts';
import { findPatients } from '../patient-service.ts';

export const patients: NonNullable<QueryResolvers['patients']> = (_root, args, context) => findPatients(context, args);
