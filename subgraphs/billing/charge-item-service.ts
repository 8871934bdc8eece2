import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import { askIn } from '#chassis/access/rules.ts';
import { assertRole, chargeAccess } from './access.ts';
import { change } from './change.ts';
import { chargeItemStates } from './charge-item-states.ts';
import { findCharge, moveFreeCharge } from './charge-item-store.ts';
import type { BillingContext } from './context.ts';
import type { WaiveChargeInput } from './generated/graphql.ts';
import type { ChargeItem } from './generated/prisma/client.ts';
import { readText } from './text-input.ts';

/** Decides that a charge is not asked for. */
export async function waiveCharge(
  context: BillingContext,
  input: WaiveChargeInput,
): Promise<{ chargeItem: ChargeItem | null; userErrors: UserError[] }> {
  const outcome = await change(context, 'waiveCharge', input, async (tx) => {
    assertRole(context, chargeAccess, 'waiveCharge');
    const statusReason = readText(input.reason, 300, ['reason']);
    const charge = await findCharge(tx, input.chargeItemId);
    if (!charge || !(await chargeAccess.may(askIn(tx, context), 'waiveCharge', charge))) throw notFound('charge', ['chargeItemId']);
    chargeItemStates.assert(charge.status, 'NOT_BILLABLE', ['chargeItemId']);
    if (!(await moveFreeCharge(tx, charge, { status: 'NOT_BILLABLE', statusReason }))) {
      throw new Refusal('CONFLICT', 'The charge is on an invoice. Cancel the draft first.', { path: ['chargeItemId'] });
    }
    return { chargeItemId: charge.id };
  });
  if (!outcome.ok) return { chargeItem: null, userErrors: outcome.userErrors };
  const chargeItem = await chargeAccess.visible(context, await context.loaders.chargeItem.load(outcome.result.chargeItemId));
  return { chargeItem, userErrors: chargeItem ? [] : notFound('charge', ['chargeItemId']).userErrors };
}
