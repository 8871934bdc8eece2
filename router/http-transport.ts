import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { AnswerTooLong } from './transport.ts';
import type { SubgraphTransport } from './transport.ts';

export interface HttpTransportOptions {
  /** Where it takes GraphQL: `http://localhost:4001/graphql`. */
  readonly url: string;
  /** Connections kept open at most; each carries one request at a time. */
  readonly connections?: number;
  readonly maxAnswerBytes?: number;
}

const connectTimeoutMs = 2_000;
const readyTimeoutMs = 1_000;

/** Keep-alive connections to one subgraph. */
export function httpTransport({ url, connections = 64, maxAnswerBytes = 16 * 1024 * 1024 }: HttpTransportOptions): SubgraphTransport {
  // The request's own signal is the only deadline, so that there are not two clocks.
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
  });
  return {
    async send({ body, headers, signal }) {
      const response = await pool.request({
        path: `${pathname}${search}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
        body: body(),
        signal,
      });
      return { status: response.statusCode, body: await readText(response.body, maxAnswerBytes) };
    },
    async ready() {
      try {
        const response = await pool.request({ path: '/health/ready', method: 'GET', signal: AbortSignal.timeout(readyTimeoutMs) });
        await response.body.dump();
        return response.statusCode === 200;
      } catch {
        return false; // whatever the cause: it is not ready, and that is the answer
      }
    },
    close: () => pool.destroy(),
  };
}

async function readText(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new AnswerTooLong(maxBytes); // leaving the loop destroys the stream and its connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
