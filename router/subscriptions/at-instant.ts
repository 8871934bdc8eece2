// A longer timer would fire at once.
const longestTimerMs = 2 ** 31 - 1;

/** Runs `effect` at an instant (milliseconds since 1970; may be infinitely far). @returns what cancels it */
export function atInstant(instant: number, effect: () => void): () => void {
  if (instant === Number.POSITIVE_INFINITY) return () => undefined;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = instant - Date.now();
    timer = setTimeout(left > longestTimerMs ? wait : effect, Math.min(Math.max(left, 0), longestTimerMs)).unref();
  };
  wait();
  return () => clearTimeout(timer);
}
