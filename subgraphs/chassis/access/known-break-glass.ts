import { sqltag as sql } from '@prisma/client/runtime/client';
import type { EventData, EventEnvelope } from '#schema/events.ts';
import type { SqlExecutor } from '../database.ts';

/** Charts that were opened in an emergency. Their end by time needs no event: `expiresAt` says it. */
export async function saveBreakGlassGrant(tx: SqlExecutor, grant: EventData<'breakGlass.opened'>): Promise<void> {
  await tx.$executeRaw(sql`
    insert into break_glass_grant (grant_id, patient_id, practitioner_id, opened_at, expires_at)
    values (${grant.grantId}, ${grant.patientId}, ${grant.practitionerId}, ${grant.openedAt}::timestamptz, ${grant.expiresAt}::timestamptz)
    on conflict (grant_id) do nothing`);
}

/** @param endedAt RFC 3339 */
export async function endBreakGlassGrant(tx: SqlExecutor, grantId: string, endedAt: string): Promise<void> {
  await tx.$executeRaw(
    sql`update break_glass_grant set ended_at = ${endedAt}::timestamptz where grant_id = ${grantId} and ended_at is null`,
  );
}

export const breakGlassHandlers = {
  'breakGlass.opened': (tx: SqlExecutor, { data }: EventEnvelope<'breakGlass.opened'>) => saveBreakGlassGrant(tx, data),
  'breakGlass.ended': (tx: SqlExecutor, { data }: EventEnvelope<'breakGlass.ended'>) => endBreakGlassGrant(tx, data.grantId, data.endedAt),
};
