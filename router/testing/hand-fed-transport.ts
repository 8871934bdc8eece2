import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import type { RouterContext } from '../request-context.ts';
import { RequestLife } from '../request-life.ts';
import { newRecord } from '../request-log.ts';
import type { Ask, SubgraphAnswer, SubgraphOperation, SubgraphRequest, SubgraphTransport } from '../subgraph/transport.ts';
import { testCaller } from './test-router.ts';

export interface SentRequest {
  readonly request: SubgraphRequest;
  readonly cancelled: boolean;
  answer(data: Record<string, unknown>): void;
  answerWith(answer: SubgraphAnswer): void;
  fail(error: Error): void;
}

/** A transport without a network: a test sees what was sent and answers it when it wants. */
export interface HandFedTransport {
  readonly transport: SubgraphTransport;
  readonly sent: readonly SentRequest[];
  /** From now on everything is answered so at once; null is back to by hand. */
  readonly always: (answer: (() => SubgraphAnswer) | null) => void;
}

export const dataText = (data: Record<string, unknown>): SubgraphAnswer => ({ status: 200, body: JSON.stringify({ data }) });

export function handFedTransport({ answersText = true }: { readonly answersText?: boolean } = {}): HandFedTransport {
  const sent: SentRequest[] = [];
  let always: (() => SubgraphAnswer) | null = null;
  return {
    sent,
    always(answer) {
      always = answer;
    },
    transport: {
      answersText,
      send: (request) =>
        new Promise<SubgraphAnswer>((resolve, reject) => {
          let cancelled = false;
          request.onCancel(() => {
            cancelled = true;
            reject(new Error('cancelled'));
          });
          sent.push({
            request,
            get cancelled() {
              return cancelled;
            },
            answer: (data) => resolve(dataText(data)),
            answerWith: resolve,
            fail: reject,
          });
          if (!always) return;
          try {
            resolve(always());
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        }),
      async *subscribe() {
        yield* [];
      },
      ready: async () => true,
      close: async () => undefined,
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Everything that comes until it ends. */
export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

export function ask(kind: SubgraphOperation['kind'] = 'query', text = '{ things { id } }'): Ask {
  return {
    operation: { kind, query: text, operationName: undefined },
    body: () => JSON.stringify({ query: text }),
    variables: () => ({}),
  };
}

/** A client request, and a log whose lines can be read. */
export function testContext({
  caller = testCaller,
  deadlineMs = 10_000,
  requestId = 'r1',
}: { readonly caller?: Caller | null; readonly deadlineMs?: number; readonly requestId?: string } = {}): RouterContext {
  return {
    caller,
    requestId,
    log: pino({ level: 'silent' }),
    life: new RequestLife({ startedAt: performance.now(), deadlineMs }),
    record: newRecord(),
    origin: {},
  };
}

export function readableLog() {
  const lines: Record<string, unknown>[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) lines.push(JSON.parse(line) as Record<string, unknown>);
  });
  return { log: pino({ level: 'debug' }, stream), lines };
}
