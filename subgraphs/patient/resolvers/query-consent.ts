import { visibleConsent } from '../consent-service.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const consent: NonNullable<QueryResolvers['consent']> = (_root, { id }, context) => visibleConsent(context, id);
