import type { BillingContext } from './context.ts';
import type { ProviderResult } from './payment-provider.ts';

/**
 * What is known after a question to the provider. `LOST`: it never got the request and never will, provided that it was not
 * sent after the question: `sentAt` is what was known of that when the question was asked.
 */
export type ProviderAnswer =
  | ProviderResult
  | { outcome: 'NO_ANSWER' }
  | { outcome: 'LOST'; code: 'not_sent' | 'not_received'; sentAt: Date | null };

interface Sent {
  sentAt: Date | null;
}

/** Does the answer say "lost" of something that another request has sent since the question? Then it says nothing. */
export const isOvertaken = (answer: ProviderAnswer, { sentAt }: Sent): boolean =>
  answer.outcome === 'LOST' && answer.sentAt?.getTime() !== sentAt?.getTime();

/** What was given up and turns out to be done at the provider needs a person: no state leads back from FAILED. */
export function reportContradiction(log: BillingContext['log'], settled: { id: string; status: string }, answer: ProviderAnswer): void {
  if (answer.outcome !== 'SUCCEEDED' || settled.status === 'SUCCEEDED') return;
  log.error({ id: settled.id, reference: answer.reference }, 'the provider did what was settled here as failed; correct it there by hand');
}

/** One call with a deadline. Whatever goes wrong on the way means only that nothing is known. */
export async function askProvider<Result extends ProviderResult | null>(
  context: Pick<BillingContext, 'log' | 'times'>,
  subject: string,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | { outcome: 'NO_ANSWER' }> {
  try {
    return await call(AbortSignal.timeout(context.times.deadlineMs));
  } catch (error) {
    context.log.warn(
      { subject, reason: error instanceof Error ? error.message : String(error) },
      'no answer of the payment provider; it will be asked again',
    );
    return { outcome: 'NO_ANSWER' };
  }
}

/**
 * Asks what became of a charge or refund that was sent at `sentAt`. One that the provider has not heard of is lost only
 * when it is so old that no call of ours can still be on its way.
 */
export async function askWhatBecame(
  context: Pick<BillingContext, 'log' | 'times' | 'provider' | 'now'>,
  asked: Sent & { providerKey: string },
): Promise<ProviderAnswer> {
  const { sentAt } = asked;
  if (!sentAt) return { outcome: 'LOST', code: 'not_sent', sentAt };
  const found = await askProvider(context, asked.providerKey, (signal) => context.provider.find(asked.providerKey, signal));
  if (found) return found;
  const age = context.now().getTime() - sentAt.getTime();
  return age > context.times.lostAfterMs ? { outcome: 'LOST', code: 'not_received', sentAt } : { outcome: 'NO_ANSWER' };
}
