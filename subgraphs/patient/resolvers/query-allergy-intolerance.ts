import { visibleAllergy } from '../allergy-service.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const allergyIntolerance: NonNullable<QueryResolvers['allergyIntolerance']> = (_root, { id }, context) =>
  visibleAllergy(context, id);
