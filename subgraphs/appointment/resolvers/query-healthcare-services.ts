import { readPage, toConnection } from '#chassis/paging.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { healthcareServicePage } from '../healthcare-service-store.ts';

export const healthcareServices: NonNullable<QueryResolvers['healthcareServices']> = async (_root, page, { database, loaders }) => {
  const ids = await healthcareServicePage(database.client, readPage(page));
  return toConnection(ids, await Promise.all(ids.ids.map((id) => loaders.healthcareService.load(id))));
};
