import { lock } from '#chassis/database.ts';
import { unitOfWork } from '#chassis/mutation.ts';
import type { BackgroundWork } from '#chassis/subgraph.ts';
import { cancel } from './appointment-steps.ts';
import { appointmentById, overdueRequests, type RequestPosition } from './appointment-store.ts';
import type { AppointmentContext, Tx } from './context.ts';

// A request takes a place. When its start has come and nobody has accepted it, it is over: cancelled, without a fee.

const everyMs = 60_000;
/** How many are read at a time. */
const batchSize = 100;

/**
 * Cancels requests whose start has come, the oldest start first, each in a transaction of its own. One that cannot be
 * cancelled is left for the next look and stops none of those after it.
 * @returns how many were cancelled
 */
export async function cancelOverdueRequests(context: AppointmentContext, signal?: AbortSignal, batch = batchSize): Promise<number> {
  const now = context.now();
  let cancelled = 0;
  let after: RequestPosition | null = null;
  for (;;) {
    const overdue: RequestPosition[] = await overdueRequests(context.database.client, now, after, batch);
    for (const { id } of overdue) {
      if (signal?.aborted) return cancelled;
      try {
        cancelled += await cancelIfOverdue(context, id, now);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        context.log.error({ appointmentId: id, reason }, 'an overdue request could not be cancelled; the next look tries again');
      }
    }
    after = overdue.at(-1) ?? null;
    if (overdue.length < batch) return cancelled;
  }
}

const cancelIfOverdue = (context: AppointmentContext, id: string, now: Date): Promise<number> =>
  unitOfWork(context, async (tx: Tx, emit) => {
    await lock(tx, `appointment:${id}`);
    const appointment = await appointmentById(tx, id);
    // Another replica, or a person, may have been quicker.
    if (appointment?.status !== 'PENDING' || appointment.startsAt > now) return 0;
    const step = { tx, emit, appointment, now, by: context.caller.subject };
    await cancel(step, { reasonCode: 'OTHER', note: 'Nobody accepted the request before its start.', byPatientSide: false });
    return 1;
  });

/** Looks at once, then every minute, until it is closed. */
export function watchRequests(systemContext: (requestId: string) => AppointmentContext): BackgroundWork {
  const stop = new AbortController();
  let running: Promise<void> | null = null;
  let looks = 0;
  const look = (): void => {
    // A slow look is not overtaken by the next.
    if (running) return;
    const context = systemContext(`appointment-requests-${++looks}`);
    running = cancelOverdueRequests(context, stop.signal)
      .then(
        (cancelled) => {
          if (cancelled > 0) context.log.info({ cancelled }, 'requests that nobody had accepted were cancelled');
        },
        (error: unknown) =>
          context.log.error({ reason: error instanceof Error ? error.message : String(error) }, 'overdue requests could not be looked for'),
      )
      .finally(() => (running = null));
  };
  look();
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    async close() {
      stop.abort();
      clearInterval(timer);
      await running;
    },
  };
}
