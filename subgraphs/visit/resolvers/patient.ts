import { readPage } from '#chassis/paging.ts';
import type { PatientResolvers } from '../generated/graphql.ts';
import { visitsOfPatient } from '../visit-lists.ts';

export const Patient: PatientResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  visits: ({ id }, page, context) => visitsOfPatient(context, id, readPage(page)),
};
