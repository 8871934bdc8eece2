import { readPage } from '#chassis/paging.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { waitingRoomOf } from '../visit-lists.ts';

export const waitingRoom: NonNullable<QueryResolvers['waitingRoom']> = (_root, { practitionerId, ...page }, context) =>
  waitingRoomOf(context, practitionerId, readPage(page));
