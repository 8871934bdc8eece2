import { mutate, type Outcome } from '#chassis/mutation.ts';
import type { Emit } from '#chassis/outbox.ts';
import type { BillingContext, Tx } from './context.ts';
import { createLoaders } from './loaders.ts';

/** `mutate` of this subgraph; what the request has loaded before is forgotten, because it may have changed. */
export async function change<R extends Record<string, string | number>>(
  context: BillingContext,
  operation: string,
  input: { idempotencyKey: string },
  work: (tx: Tx, emit: Emit) => Promise<R>,
): Promise<Outcome<R>> {
  const outcome = await mutate<Tx, R>(context, operation, input, work);
  forgetLoaded(context);
  return outcome;
}

export function forgetLoaded(context: BillingContext): void {
  context.loaders = createLoaders(context);
}
