import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { Agent, request } from 'undici';
import { madeUpRequest, type MadeUpRequest } from './made-up-requests.ts';
import { randomFrom } from './random.ts';

export interface FuzzOptions {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  readonly seed: number;
  readonly count: number;
  /** No request begins later. Milliseconds. */
  readonly withinMs: number;
  /** Answers that take longer are counted. */
  readonly slowMs: number;
}

export interface Finding {
  /** The request's place: the same seed makes it again. */
  readonly index: number;
  readonly complaint: string;
  readonly request: MadeUpRequest;
  readonly answer: string;
}

export interface FuzzResult {
  readonly sent: number;
  readonly slowestMs: number;
  /** Answers that took longer than `slowMs`. */
  readonly slow: number;
  /** How often each status and code was answered. */
  readonly answers: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

const atOnce = 8;
const mostFindings = 20;

/** Sends made-up requests, a few at once, and looks at each answer. */
export async function fuzz({ url, seed, count, withinMs, slowMs }: FuzzOptions): Promise<FuzzResult> {
  const schema = buildSchema(readFileSync(new URL('../../schema/api.graphql', import.meta.url), 'utf8'));
  const agent = new Agent({ connections: atOnce, bodyTimeout: 5_000, headersTimeout: 5_000 });
  const answers: Record<string, number> = {};
  const findings: Finding[] = [];
  const end = performance.now() + withinMs;
  let next = 0;
  let slowestMs = 0;
  let slow = 0;

  async function one(index: number): Promise<void> {
    const made = madeUpRequest(randomFrom(seed + index), schema);
    const { status, text, ms } = await answerTo(made, url, agent);
    slowestMs = Math.max(slowestMs, ms);
    const codes = [...new Set([...text.matchAll(/"code":"([A-Z_]+)"/g)].map(([, code = '']) => code))].sort((a, b) => a.localeCompare(b));
    const key = `${status} ${codes.join(' ')}`.trim();
    answers[key] = (answers[key] ?? 0) + 1;
    if (ms > slowMs) slow += 1;
    const complaint = complaintAbout(status, text);
    if (complaint && findings.length < mostFindings) findings.push({ index, complaint, request: made, answer: text.slice(0, 1_000) });
  }

  const worker = async (): Promise<void> => {
    while (next < count && performance.now() < end) await one(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  await agent.close();
  return { sent: next, slowestMs, slow, answers, findings };
}

async function answerTo(made: MadeUpRequest, url: string, dispatcher: Agent): Promise<{ status: number; text: string; ms: number }> {
  const startedAt = performance.now();
  try {
    const { statusCode, body } = await request(`${url}${made.path}`, {
      method: made.method,
      headers: made.headers,
      body: made.body,
      dispatcher,
    });
    return { status: statusCode, text: await body.text(), ms: performance.now() - startedAt };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    // What undici does not send was no request.
    return {
      status: code === 'UND_ERR_INVALID_ARG' || message.startsWith('invalid') ? 0 : -1,
      text: '',
      ms: performance.now() - startedAt,
    };
  }
}

/** Words that nothing but our own inside says. */
const inside =
  /\bundefined\b|\bat \S+ \(|node_modules|file:\/\/|\.[cm]?[jt]s:\d|(?:Type|Range|Reference)Error|Cannot read propert|\[object Object\]|\bprisma\b|ECONNREFUSED|\bSELECT\b.*\bFROM\b|@apollo|graphql-js|Internal server error/;

/** What is wrong with an answer; null: nothing. */
export function complaintAbout(status: number, text: string): string | null {
  if (status === 0) return null;
  if (status === -1) return 'no answer';
  if (text.includes('INTERNAL_SERVER_ERROR')) return 'a defect';
  if (status >= 500 && !/"code":"(?:ROUTER_BUSY|SUBGRAPH_[A-Z]+)"/.test(text)) return 'a failure without a class';
  if (status >= 400 && !/"code":"[A-Z_]+"/.test(text)) return 'a refusal without a code';
  const found = inside.exec(text)?.[0];
  return found === undefined ? null : `says "${found}"`;
}
