import type { QueryResolvers } from '../generated/graphql.ts';
import { visiblePatient } from '../seen-patient.ts';

export const patient: NonNullable<QueryResolvers['patient']> = (_root, { id }, context) => visiblePatient(context, id);
