import { findBreakGlass } from '../break-glass-service.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const breakGlassGrants: NonNullable<QueryResolvers['breakGlassGrants']> = (_root, args, context) => findBreakGlass(context, args);
