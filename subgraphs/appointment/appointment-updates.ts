import { badInput, notYours } from '#chassis/errors.ts';
import { askIn } from '#chassis/access/rules.ts';
import { appointmentAccess, followAccess, type Party } from './access.ts';
import { isKnownPatient } from './appointment-store.ts';
import { latestChange, nextChanged } from './change-store.ts';
import type { AppointmentContext } from './context.ts';
import type { Appointment } from './generated/prisma/client.ts';
import { practitionerById } from './practitioner-store.ts';

interface UpdateArguments {
  practitionerId?: string | null | undefined;
  patientId?: string | null | undefined;
  since?: Date | null | undefined;
}

/** @throws BAD_USER_INPUT unless exactly one of the two ids is given */
function partyOf({ practitionerId, patientId }: UpdateArguments): Party {
  if (Boolean(practitionerId) === Boolean(patientId)) throw badInput('practitionerId', 'give exactly one of practitionerId and patientId.');
  return { practitionerId: practitionerId ?? null, patientId: patientId ?? null };
}

const idOf = ({ practitionerId, patientId }: Party): string => practitionerId ?? patientId ?? '';

const notFollowed = ({ practitionerId }: Party): Error => notYours(practitionerId ? 'practitioner' : 'patient');

async function isThere({ database: { client } }: AppointmentContext, party: Party): Promise<boolean> {
  return party.practitionerId ? (await practitionerById(client, party.practitionerId)) !== null : isKnownPatient(client, idOf(party));
}

/**
 * Appointments of a party in the order in which they changed, each as it is when it is asked for. The place in that order is
 * all that is remembered, so that a break of the line to the database, or a slow reader, costs neither memory nor a change.
 * @throws NOT_FOUND as soon as the caller may not follow them, also when nothing changes
 */
export async function* changedAppointments(
  context: AppointmentContext,
  args: UpdateArguments,
): AsyncGenerator<Appointment, void, undefined> {
  const party = partyOf(args);
  const partyId = idOf(party);
  const ownCalendar = party.practitionerId !== null && party.practitionerId === context.caller.practitionerId;
  const { client } = context.database;
  if (!(await followAccess.may(context, 'follow', party)) || !(await isThere(context, party))) throw notFollowed(party);
  const watch = await context.changes.watch([partyId]);
  try {
    const latest = await latestChange(client, partyId);
    // An instant after the latest change would skip the next ones.
    let seen = args.since && latest && args.since < latest ? args.since : latest;
    do {
      for (let next = await nextChanged(client, partyId, seen); next; next = await nextChanged(client, partyId, seen)) {
        seen = next.updatedAt;
        // What is hidden from the caller is no news either; what has left their own calendar is.
        if (ownCalendar || (await appointmentAccess.sees(askIn(client, context), next))) yield next;
      }
      // With fresh eyes: what was announced may be a relation that has ended.
      if (!(await followAccess.may(askIn(client, context), 'follow', party))) throw notFollowed(party);
    } while (await watch.next());
  } finally {
    watch.close();
  }
}

/** What the caller may see of one event. @throws NOT_FOUND when the caller may not (any longer) follow the party */
export async function seenUpdate(
  context: AppointmentContext,
  args: UpdateArguments,
  appointment: Appointment,
): Promise<Appointment | null> {
  const party = partyOf(args);
  if (!(await followAccess.may(context, 'follow', party))) throw notFollowed(party);
  return (await appointmentAccess.sees(context, appointment)) ? appointment : null;
}
