/** How long the provider is waited for, and when it is asked again. Milliseconds. */
export interface ProviderTimes {
  /** The longest wait for one answer. */
  deadlineMs: number;
  /** First question after an answer that did not come; doubles from question to question. */
  firstCheckMs: number;
  longestCheckMs: number;
  /**
   * What the provider has never heard of after this time never reached it, because none of our calls lives that long. It
   * must be well above the deadline.
   */
  lostAfterMs: number;
  /** Between two looks for open payments and refunds, and for charges whose price was set. */
  intervalMs: number;
}

export const defaultTimes: ProviderTimes = {
  deadlineMs: 4_000,
  firstCheckMs: 2_000,
  longestCheckMs: 300_000,
  lostAfterMs: 120_000,
  intervalMs: 1_000,
};

/** How long to wait before the provider is asked again, after it was asked `checks` times. */
export const checkDelay = (checks: number, times: ProviderTimes): number =>
  Math.min(times.longestCheckMs, times.firstCheckMs * 2 ** Math.min(checks, 30));

/** The same as an instant. */
export const nextCheck = (now: Date, checks: number, times: ProviderTimes): Date => new Date(now.getTime() + checkDelay(checks, times));
