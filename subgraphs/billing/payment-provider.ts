import type { Money } from './money.ts';

/** What a payment provider says of a charge or a refund. */
export type ProviderResult =
  | { outcome: 'SUCCEEDED'; reference: string }
  | { outcome: 'DECLINED'; code: string }
  /** It has the request and has not decided. */
  | { outcome: 'PROCESSING' };

export interface ChargeRequest extends Money {
  /** Idempotency key: the provider does one thing per key, however often it is asked. */
  key: string;
  paymentMethodToken: string;
}

export interface RefundRequest extends Money {
  key: string;
  /** The key of the charge that is given back. */
  chargeKey: string;
}

/**
 * A company that takes and gives back money. A call that is aborted or throws says nothing about what happened there:
 * `find` with the same key does.
 */
export interface PaymentProvider {
  charge(request: ChargeRequest, signal: AbortSignal): Promise<ProviderResult>;
  refund(request: RefundRequest, signal: AbortSignal): Promise<ProviderResult>;
  /** What became of a charge or refund; null when the provider never got it. */
  find(key: string, signal: AbortSignal): Promise<ProviderResult | null>;
}
