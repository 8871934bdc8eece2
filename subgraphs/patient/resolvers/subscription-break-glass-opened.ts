import { notYours } from '#chassis/errors.ts';
import { openedBreakGlass, visibleBreakGlass } from '../break-glass-service.ts';
import type { BreakGlassRecord } from '../break-glass-store.ts';
import type { PatientContext } from '../context.ts';
import type { SubscriptionResolvers } from '../generated/graphql.ts';

export const breakGlassOpened: NonNullable<SubscriptionResolvers['breakGlassOpened']> = {
  subscribe: (_root, _args, context) => openedBreakGlass(context),
  async resolve(event: unknown, _args: unknown, context: PatientContext): Promise<BreakGlassRecord> {
    const grant = await visibleBreakGlass(context, (event as { grantId: string }).grantId);
    if (!grant) throw notYours('break-glass');
    return grant;
  },
};
