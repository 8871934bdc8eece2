import type { BackgroundWork } from '#chassis/subgraph.ts';
import { unitOfWork } from '#chassis/mutation.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import { endPrescription } from './lifecycle-service.ts';
import { findExpired, lockPrescription, type Expired } from './prescription-store.ts';

const everyMs = 60_000;

/**
 * Ends prescriptions whose validity is over, each in a transaction of its own, the longest expired first: an active one is
 * COMPLETED, a paused one STOPPED, as the state machine has it. One that cannot be ended is logged, and the others still are.
 * @param options.atOnce how many are looked up in one statement
 * @returns how many were ended
 */
export async function endExpired(
  context: PrescriptionContext,
  { atOnce = 500, signal }: { atOnce?: number; signal?: AbortSignal } = {},
): Promise<number> {
  const now = context.now();
  let ended = 0;
  let after: Expired | null = null;
  do {
    const page: Expired[] = await findExpired(context.database.client, now, after, atOnce);
    for (const { id } of page) {
      if (signal?.aborted) return ended;
      try {
        if (await endOne(context, id, now)) ended += 1;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        context.log.error({ prescriptionId: id, reason }, 'an expired prescription could not be ended; it is tried again');
      }
    }
    after = page.length === atOnce ? (page.at(-1) ?? null) : null;
  } while (after);
  return ended;
}

const endOne = (context: PrescriptionContext, id: string, now: Date): Promise<boolean> =>
  unitOfWork(context, async (tx: Tx, emit) => {
    const prescription = await lockPrescription(tx, id);
    // Another replica, or a person, may have been quicker.
    if (!prescription?.validUntil || prescription.validUntil > now) return false;
    if (prescription.status !== 'ACTIVE' && prescription.status !== 'ON_HOLD') return false;
    const to = prescription.status === 'ACTIVE' ? 'COMPLETED' : 'STOPPED';
    await endPrescription(tx, emit, prescription, to, 'The validity ended.', now);
    return true;
  });

/** Looks every minute, until it is closed. */
export function watchExpiry(systemContext: (requestId: string) => PrescriptionContext): BackgroundWork {
  let running: Promise<unknown> | null = null;
  const closing = new AbortController();
  const look = () => {
    if (running) return;
    const context = systemContext('prescription-expiry');
    running = endExpired(context, { signal: closing.signal })
      .catch((error: unknown) =>
        context.log.error({ reason: error instanceof Error ? error.message : String(error) }, 'expired prescriptions could not be found'),
      )
      .finally(() => (running = null));
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      closing.abort();
      await running;
    },
  };
}
