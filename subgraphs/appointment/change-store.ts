import type { Tx } from './context.ts';
import type { Appointment } from './generated/prisma/client.ts';

// The order in which the appointments of a party (a patient or a practitioner) change. Triggers write it.

/** The instant of the party's latest change; null when there was none. Every change that commits later has a later one. */
export async function latestChange(db: Tx, partyId: string): Promise<Date | null> {
  const latest = await db.appointmentChange.findFirst({ where: { partyId }, orderBy: { changedAt: 'desc' }, select: { changedAt: true } });
  return latest?.changedAt ?? null;
}

/** The appointment of the party that changed next after an instant (null: ever), as it is since then. Null when none did. */
export async function nextChanged(db: Tx, partyId: string, after: Date | null): Promise<Appointment | null> {
  for (;;) {
    const change = await db.appointmentChange.findFirst({
      where: { partyId, ...(after && { changedAt: { gt: after } }) },
      orderBy: { changedAt: 'asc' },
    });
    if (!change) return null;
    const appointment = await db.appointment.findUniqueOrThrow({ where: { id: change.appointmentId } });
    // Changed between the two statements: it stands further back in the order now, and others may come before it.
    if (appointment.updatedAt.getTime() === change.changedAt.getTime()) return appointment;
  }
}
