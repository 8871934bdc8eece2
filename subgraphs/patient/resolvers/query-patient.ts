import type { QueryResolvers } from '../generated/graphql.ts';
import { visiblePatient } from '../patient-service.ts';

export const patient: NonNullable<QueryResolvers['patient']> = (_root, { id }, context) => visiblePatient(context, id);
