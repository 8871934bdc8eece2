import { isUniqueViolation, lock } from '#chassis/database.ts';
import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate } from '#chassis/mutation.ts';
import { askIn } from '#chassis/access/rules.ts';
import { actsForPatients, bookingAccess, waitlistAccess } from './access.ts';
import { assertKnownPatient } from './booking-checks.ts';
import type { AppointmentContext, Tx } from './context.ts';
import type { WaitlistEntry } from './generated/prisma/client.ts';
import type { JoinWaitlistInput, LeaveWaitlistInput } from './generated/graphql.ts';
import { healthcareServiceById } from './healthcare-service-store.ts';
import { practitionerById } from './practitioner-store.ts';
import { waitlistStates } from './waitlist-states.ts';
import { insertWaitlistEntry, saveLeft, waitlistEntryById } from './waitlist-store.ts';

interface WaitlistAnswer {
  waitlistEntry: WaitlistEntry | null;
  userErrors: UserError[];
}

/** The entry, if it is there and the caller may see it. */
export async function findWaitlistEntry(context: AppointmentContext, id: string): Promise<WaitlistEntry | null> {
  return waitlistAccess.visible(context, await context.loaders.waitlistEntry.load(id));
}

export async function joinWaitlist(context: AppointmentContext, input: JoinWaitlistInput): Promise<WaitlistAnswer> {
  const outcome = await mutate(context, 'joinWaitlist', input, async (tx: Tx) => {
    assertActsForPatients(context);
    const { patientId, healthcareServiceId } = input;
    if (!(await bookingAccess.may(askIn(tx, context), 'joinWaitlist', { patientId }))) throw notFound('patient', ['patientId']);
    await assertKnownPatient(tx, patientId);
    const practitionerId = input.practitionerId ?? null;
    if (!(await healthcareServiceById(tx, healthcareServiceId))) throw notFound('visit type', ['healthcareServiceId']);
    if (practitionerId && !(await practitionerById(tx, practitionerId))) throw notFound('practitioner', ['practitionerId']);
    const earliestStart = input.earliestStart ?? null;
    const latestStart = input.latestStart ?? null;
    const now = context.now();
    if (latestStart && latestStart <= (earliestStart && earliestStart > now ? earliestStart : now)) {
      throw new Refusal('INVALID_INPUT', 'latestStart must be ahead, and after earliestStart.', { path: ['latestStart'] });
    }
    const entry: WaitlistEntry = {
      id: newId('wtl'),
      patientId,
      healthcareServiceId,
      practitionerId,
      status: 'WAITING',
      earliestStart,
      latestStart,
      joinedAt: now,
      leftAt: null,
    };
    try {
      await insertWaitlistEntry(tx, entry);
    } catch (error) {
      if (isUniqueViolation(error)) throw new Refusal('CONFLICT', 'The patient waits for this already.');
      throw error;
    }
    return { waitlistEntryId: entry.id };
  });
  return waitlistAnswer(context, outcome);
}

export async function leaveWaitlist(context: AppointmentContext, input: LeaveWaitlistInput): Promise<WaitlistAnswer> {
  const { waitlistEntryId } = input;
  const outcome = await mutate(context, 'leaveWaitlist', input, async (tx: Tx) => {
    assertActsForPatients(context);
    await lock(tx, `waitlist:${waitlistEntryId}`);
    const asker = askIn(tx, context);
    const entry = await waitlistAccess.visible({ ...asker, audit: context.audit }, await waitlistEntryById(tx, waitlistEntryId));
    if (!entry || !(await waitlistAccess.may(asker, 'leaveWaitlist', entry))) throw notFound('waitlist entry', ['waitlistEntryId']);
    waitlistStates.assert(entry.status, 'LEFT', ['waitlistEntryId']);
    await saveLeft(tx, entry.id, context.now());
    return { waitlistEntryId };
  });
  return waitlistAnswer(context, outcome);
}

function assertActsForPatients({ caller }: AppointmentContext): void {
  if (!actsForPatients(caller)) throw new Refusal('NOT_ALLOWED', 'Only the patient, a proxy or the front desk keeps the waitlist.');
}

async function waitlistAnswer(
  context: AppointmentContext,
  outcome: Awaited<ReturnType<typeof mutate<Tx, { waitlistEntryId: string }>>>,
): Promise<WaitlistAnswer> {
  if (!outcome.ok) return { waitlistEntry: null, userErrors: outcome.userErrors };
  const { waitlistEntryId } = outcome.result;
  context.loaders.waitlistEntry.clear(waitlistEntryId);
  // Asked again also for the repeat of a key: the right to see the entry may have ended since.
  return { waitlistEntry: await findWaitlistEntry(context, waitlistEntryId), userErrors: [] };
}
