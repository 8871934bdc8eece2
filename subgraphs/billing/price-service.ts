import { lock } from '#chassis/database.ts';
import { Refusal, type UserError } from '#chassis/errors.ts';
import type { Price } from './generated/prisma/client.ts';
import { askIn } from '#chassis/access/rules.ts';
import { priceAccess } from './access.ts';
import { change } from './change.ts';
import type { BillingContext } from './context.ts';
import type { SetPriceInput } from './generated/graphql.ts';
import { assertCurrency } from './money.ts';
import { priceFirst } from './price-backlog.ts';
import { insertPrice, priceLock } from './price-store.ts';

const serviceCodePattern = /^[a-z0-9][a-z0-9-]{0,79}$/;

interface PriceAnswer {
  price: Price | null;
  pricedCharges: number;
  userErrors: UserError[];
}

/** Sets a price and gives it to the charges that waited for it: a bounded number now, the others in the background. */
export async function setPrice(context: BillingContext, input: SetPriceInput): Promise<PriceAnswer> {
  const outcome = await change(context, 'setPrice', input, async (tx, emit) => {
    if (!(await priceAccess.may(askIn(tx, context), 'setPrice', {}))) {
      throw new Refusal('NOT_ALLOWED', 'Your role may not do this. Ask someone whose role may.');
    }
    assertPriceInput(input);
    const { serviceCode, amount, effectiveFrom, effectiveTo = null } = input;
    const { amountMinor, currency } = amount;
    await lock(tx, priceLock(serviceCode, currency));
    const price = await insertPrice(tx, { serviceCode, currency, amountMinor, effectiveFrom, effectiveTo }, context.now());
    return { priceId: price.id, pricedCharges: await priceFirst(tx, emit, price) };
  });
  if (!outcome.ok) return { price: null, pricedCharges: 0, userErrors: outcome.userErrors };
  const { priceId, pricedCharges } = outcome.result;
  return { price: await context.loaders.price.load(priceId), pricedCharges, userErrors: [] };
}

function assertPriceInput({ serviceCode, amount, effectiveFrom, effectiveTo }: SetPriceInput): void {
  const complaints: Refusal[] = [];
  if (!serviceCodePattern.test(serviceCode)) {
    complaints.push(
      new Refusal('INVALID_INPUT', 'serviceCode must have 1 to 80 lower-case letters, digits and dashes.', { path: ['serviceCode'] }),
    );
  }
  if (amount.amountMinor < 0) {
    complaints.push(new Refusal('INVALID_INPUT', 'The price must be zero or more minor units.', { path: ['amount', 'amountMinor'] }));
  }
  if (effectiveTo && effectiveTo <= effectiveFrom) {
    complaints.push(new Refusal('INVALID_INPUT', 'effectiveTo must be after effectiveFrom.', { path: ['effectiveTo'] }));
  }
  if (complaints.length > 0) throw Refusal.all(complaints);
  assertCurrency(amount.currency, ['amount', 'currency']);
}
