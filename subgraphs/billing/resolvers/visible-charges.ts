import { chargeAccess } from '../access.ts';
import type { BillingContext } from '../context.ts';
import type { ChargeItem } from '../generated/prisma/client.ts';

/** Those of the charges that the caller may see. */
export async function visibleCharges(context: BillingContext, charges: readonly ChargeItem[]): Promise<ChargeItem[]> {
  const visible = await Promise.all(charges.map((charge) => chargeAccess.sees(context, charge)));
  return charges.filter((_charge, index) => visible[index]);
}
