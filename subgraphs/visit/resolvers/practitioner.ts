import { readPage } from '#chassis/paging.ts';
import type { PractitionerResolvers } from '../generated/graphql.ts';
import { visitsOfPractitioner } from '../visit-lists.ts';

export const Practitioner: PractitionerResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  visits: ({ id }, page, context) => visitsOfPractitioner(context, id, readPage(page)),
};
