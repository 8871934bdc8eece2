import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-refusal.ts';

/** Looks at a body before anybody reads it. @throws HttpError that refuses it */
export type CheckBody = (request: IncomingMessage, bytes: Uint8Array) => void;

/**
 * Reads a body as UTF-8 text, never more than `maxBytes` of it.
 * @throws HttpError 413 when it is longer; 400 when it is not UTF-8
 */
export async function readBody(request: IncomingMessage, maxBytes: number, check?: CheckBody): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  check?.(request, bytes);
  if (!isUtf8(bytes)) throw new HttpError(400, 'BAD_REQUEST', 'The request body is not UTF-8.');
  return bytes.toString('utf8');
}

// Listeners instead of an async iterator: most bodies are one chunk, and this is on the way of every request.
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLong = () => new HttpError(413, 'BAD_REQUEST', `The request body is longer than ${maxBytes} bytes.`);
    if (Number(request.headers['content-length']) > maxBytes) return reject(tooLong());
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= maxBytes) return;
      request.off('data', take);
      request.pause();
      reject(tooLong());
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
  });
}

/**
 * @throws HttpError 415 when the header does not promise JSON in UTF-8 as it is; 413 when the body is longer than `maxBytes`;
 *   400 when it is not JSON or has U+0000 in it
 */
export async function readJson(request: IncomingMessage, maxBytes: number, check?: CheckBody): Promise<unknown> {
  refuseOtherThanJson(request);
  const text = await readBody(request, maxBytes, check);
  if (hasNulInJson(text)) throw nulRefused();
  if (nestsDeeper(text, mostNested)) throw new HttpError(400, 'BAD_REQUEST', `The request body nests deeper than ${mostNested} levels.`);
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The request body is not JSON.');
  }
}

/** No input of ours nests ten deep. What is nested a hundred thousand times takes a tenth of a second to look through and refuse. */
const mostNested = 100;

/** Does JSON text nest objects and arrays deeper than `most`? In one pass; of text that is not JSON it may say either. */
export function nestsDeeper(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      // A string: to the next quote that no backslash stands before.
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    } else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > most) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

const json = /^application\/json\s*(?:;|$)/i;
const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i;

function refuseOtherThanJson({ headers }: IncomingMessage): void {
  const contentType = headers['content-type'] ?? '';
  if (contentType !== 'application/json') {
    if (!json.test(contentType))
      throw new HttpError(415, 'BAD_REQUEST', 'Send the content-type application/json.', { accept: 'application/json' });
    const named = charset.exec(contentType)?.[1];
    if (named !== undefined && !/^utf-?8$/i.test(named))
      throw new HttpError(415, 'BAD_REQUEST', 'Send JSON in UTF-8.', { accept: 'application/json; charset=utf-8' });
  }
  // A few kB of a compressed body can become gigabytes; requests are short as they are.
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new HttpError(415, 'BAD_REQUEST', 'Send the request uncompressed.', { 'accept-encoding': 'identity' });
}

export const nulRefused = (): HttpError =>
  new HttpError(400, 'BAD_USER_INPUT', 'The request contains the character U+0000, which no field accepts.');

/** U+0000 can only be in JSON as this escape, with a backslash that is not itself escaped. PostgreSQL has no text with it. */
export const hasNulInJson = (text: string): boolean => text.includes(String.raw`\u0000`) && /(?<!\\)(?:\\\\)*\\u0000/.test(text);

/** U+0000 in a GraphQL document, as it is or as one of the two escapes of a string. */
export const hasNulInDocument = (query: string): boolean =>
  query.includes('\0') || (query.includes(String.raw`\u`) && /\\u(?:0000|\{0+\})/.test(query));
