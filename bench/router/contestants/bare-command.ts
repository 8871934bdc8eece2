import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Pool } from 'undici';

// The limit on Node: makes the requests that our router made, in the same stages, and stringifies the same answer. It decides nothing.
// bare-command.ts <script.json> <port>

export interface BareScript {
  readonly urls: Readonly<Record<string, string>>;
  /** Requests of one stage go out together; a stage waits for the one before it. */
  readonly stages: readonly (readonly { readonly service: string; readonly body: string }[])[];
  readonly answer: unknown;
}

const [file = '', port = ''] = process.argv.slice(2);
const { urls, stages, answer } = JSON.parse(await readFile(file, 'utf8')) as BareScript;
const pools = new Map(Object.entries(urls).map(([service, url]) => [service, new Pool(url, { connections: 64, pipelining: 1 })]));

createServer((request, response) => {
  void reply(request).then(
    (text) =>
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) }).end(text),
    (error: unknown) => {
      console.error(error);
      response.writeHead(500).end();
    },
  );
}).listen(Number(port), '127.0.0.1');

async function reply(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { query } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string };
  if (query === '{ __typename }') return '{"data":{"__typename":"Query"}}'; // is it ready?
  for (const stage of stages) await Promise.all(stage.map(ask));
  return JSON.stringify(answer);
}

async function ask({ service, body }: { readonly service: string; readonly body: string }): Promise<unknown> {
  const pool = pools.get(service);
  if (!pool) throw new Error(`no address of ${service}`);
  const response = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  return JSON.parse(await response.body.text());
}
