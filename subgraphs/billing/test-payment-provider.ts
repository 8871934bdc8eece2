import type pg from 'pg';
import type { ChargeRequest, PaymentProvider, ProviderResult, RefundRequest } from './payment-provider.ts';

interface Behaviour {
  declines?: string;
  /** The first answer does not come; the deed is done all the same. */
  answersTooLate?: boolean;
}

const unknownToken: Behaviour = { declines: 'invalid_payment_method' };

/** Test tokens, as documented at PayInvoiceInput.paymentMethodToken. */
const tokens: Readonly<Record<string, { charge: Behaviour; refund: Behaviour }>> = {
  tok_success: { charge: {}, refund: {} },
  tok_decline: { charge: { declines: 'card_declined' }, refund: {} },
  tok_timeout_then_success: { charge: { answersTooLate: true }, refund: {} },
  tok_timeout_then_decline: { charge: { declines: 'card_declined', answersTooLate: true }, refund: {} },
  tok_refund_decline: { charge: {}, refund: { declines: 'refund_declined' } },
  tok_refund_timeout: { charge: {}, refund: { answersTooLate: true } },
};

interface Row {
  amount_minor: number;
  currency: string;
  token: string;
  outcome: string;
  reference: string;
  reason: string | null;
}

const resultOf = (row: Row): ProviderResult =>
  row.outcome === 'SUCCEEDED'
    ? { outcome: 'SUCCEEDED', reference: row.reference }
    : { outcome: 'DECLINED', code: row.reason ?? 'declined' };

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

/**
 * The outside world for development and tests: remembers what it did in a table of its own, each call committed by itself,
 * so that it knows what happened whatever becomes of the caller.
 */
export function testPaymentProvider(pool: pg.Pool): PaymentProvider {
  const find = async (key: string): Promise<Row | undefined> => {
    const { rows } = await pool.query<Row>(
      'select amount_minor, currency, token, outcome, reference, reason from test_provider_charge where key = $1',
      [key],
    );
    return rows[0];
  };

  async function once(
    request: ChargeRequest | RefundRequest,
    token: string,
    behaviour: Behaviour,
    signal: AbortSignal,
  ): Promise<ProviderResult> {
    const { key, amountMinor, currency } = request;
    const { rowCount } = await pool.query(
      `insert into test_provider_charge (key, refunds_key, amount_minor, currency, token, outcome, reference, reason, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp()) on conflict (key) do nothing`,
      [
        key,
        'chargeKey' in request ? request.chargeKey : null,
        amountMinor,
        currency,
        token,
        behaviour.declines ? 'DECLINED' : 'SUCCEEDED',
        `test_${key}`,
        behaviour.declines ?? null,
      ],
    );
    if (rowCount === 1 && behaviour.answersTooLate) return untilAborted(signal);
    const row = await find(key);
    if (!row) throw new Error('the test provider forgot what it was told');
    if (row.amount_minor !== amountMinor || row.currency !== currency) throw new Error(`the key ${key} was used for another amount`);
    return resultOf(row);
  }

  return {
    charge: (request, signal) =>
      once(request, request.paymentMethodToken, tokens[request.paymentMethodToken]?.charge ?? unknownToken, signal),
    async refund(request, signal) {
      const charge = await find(request.chargeKey);
      if (charge?.outcome !== 'SUCCEEDED') return { outcome: 'DECLINED', code: 'charge_not_found' };
      return once(request, charge.token, tokens[charge.token]?.refund ?? {}, signal);
    },
    async find(key) {
      const row = await find(key);
      return row ? resultOf(row) : null;
    },
  };
}
