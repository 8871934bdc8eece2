import { badInput } from '#chassis/errors.ts';
import { readPage, toConnection } from '#chassis/paging.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { practitionerPage } from '../practitioner-store.ts';

export const practitioners: NonNullable<QueryResolvers['practitioners']> = async (_root, { filter, ...page }, { database, loaders }) => {
  const name = filter?.name?.trim() ?? null;
  if (name !== null && (name.length < 1 || name.length > 100)) throw badInput('filter.name', 'must have 1 to 100 characters.');
  const conditions = { specialty: filter?.specialty ?? null, name, serviceCode: filter?.serviceCode ?? null };
  const ids = await practitionerPage(database.client, conditions, readPage(page));
  return toConnection(ids, await Promise.all(ids.ids.map((id) => loaders.practitioner.load(id))));
};
