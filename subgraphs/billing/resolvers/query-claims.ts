import { emptyIdPage, pageIds, readPage, toConnection } from '#chassis/paging.ts';
import { isBiller } from '../access.ts';
import { claimList } from '../claim-store.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const claims: NonNullable<QueryResolvers['claims']> = async (_root, { status, ...args }, context) => {
  const asked = readPage(args);
  const { role, organizationId } = context.caller;
  const submittedTo = role === 'PAYER' ? organizationId : undefined;
  if (!isBiller(context) && submittedTo === undefined) return toConnection(emptyIdPage, []);
  const page = await pageIds(context.database.client, claimList({ status, submittedTo }), asked);
  return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.claim.load(id))));
};
