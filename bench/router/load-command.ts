import { Pool } from 'undici';
import { answerCalls } from './child-calls.ts';
import { AnswerCheck } from './answer-check.ts';
import { summarize } from './latencies.ts';
import type { LatencySummary } from './latencies.ts';

// The callers, in a process of their own: a closed loop, each caller sends its next request when it has its answer.

export interface LoadTask {
  readonly url: string;
  readonly callers: number;
  /** Sent with every request. */
  readonly authorization?: string;
  readonly durationMs: number;
  /** Goes on until so many were sent, but not longer than four times the duration: a slow router needs its warm-up too. */
  readonly leastRequests?: number;
  /** Ends sooner when so many were sent. */
  readonly mostRequests?: number;
  /** Sent in turns. `expected` is the answer as JSON. */
  readonly operations: readonly { readonly body: string; readonly expected: string }[];
}

export interface LoadResult extends LatencySummary {
  readonly answered: number;
  readonly failures: number;
  /** The first failures in words. */
  readonly complaints: readonly string[];
  readonly requestsPerSecond: number;
}

answerCalls({ run });

async function run({
  url,
  callers,
  authorization,
  durationMs,
  leastRequests = 0,
  mostRequests = Number.POSITIVE_INFINITY,
  operations,
}: LoadTask): Promise<LoadResult> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: callers, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const tasks = operations.map(({ body, expected }) => ({ body, check: new AnswerCheck(expected) }));
  const latencies: number[] = [];
  const complaints: string[] = [];
  let failures = 0;
  let sent = 0;
  const startedAt = performance.now();
  const goOn = (): boolean => {
    if (sent >= mostRequests) return false;
    const elapsed = performance.now() - startedAt;
    return elapsed < durationMs || (sent < leastRequests && elapsed < 4 * durationMs);
  };

  const caller = async (): Promise<void> => {
    while (goOn()) {
      const task = tasks[sent++ % tasks.length];
      if (!task) throw new Error('no operation to send');
      const sentAt = performance.now();
      const complaint = await ask(pool, pathname, task, authorization).catch((error: unknown) => String(error));
      if (complaint === null) latencies.push(performance.now() - sentAt);
      else {
        failures += 1;
        if (complaints.length < 3) complaints.push(complaint);
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  return {
    answered: latencies.length,
    failures,
    complaints,
    requestsPerSecond: latencies.length / seconds,
    ...summarize(latencies),
  };
}

/** What is wrong with the answer, or null. */
async function ask(
  pool: Pool,
  path: string,
  task: { readonly body: string; readonly check: AnswerCheck },
  authorization: string | undefined,
): Promise<string | null> {
  const { statusCode, body } = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...(authorization !== undefined && { authorization }) },
    body: task.body,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return statusCode === 200 ? task.check.complaintAbout(chunks) : `status ${statusCode}: ${Buffer.concat(chunks).toString().slice(0, 300)}`;
}
