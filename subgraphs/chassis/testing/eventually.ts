/** Asks again until the answer is there; fails with the last answer after the time. For effects that come by event. */
export async function eventually<T>(ask: () => Promise<T> | T, accept: (answer: T) => boolean, withinMs = 10_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (accept(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms; last answer: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
