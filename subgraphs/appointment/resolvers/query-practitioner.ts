import type { QueryResolvers } from '../generated/graphql.ts';

export const practitioner: NonNullable<QueryResolvers['practitioner']> = (_root, { id }, { loaders }) => loaders.practitioner.load(id);
