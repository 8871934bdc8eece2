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
  context.loaders = createLoaders(context.database.client);
}

/** The thing, if the caller may see it now: also an answer that is repeated for its idempotency key asks that again. */
export async function visible<Thing>(thing: Thing | null, maySee: (thing: Thing) => Promise<boolean>): Promise<Thing | null> {
  return thing && (await maySee(thing)) ? thing : null;
}
