import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { HttpError } from '#chassis/http.ts';

/** What a client takes. */
export interface Codings {
  /** The coding it likes best, of ours; null when it takes none or likes the plain text better. */
  readonly compressed: 'br' | 'gzip' | null;
  /** Does it take plain text? */
  readonly identity: boolean;
}

const plainOnly: Codings = { compressed: null, identity: true };

/**
 * Reads `accept-encoding` by RFC 9110 §12.5.3. What is equally welcome is brotli first.
 * @throws HttpError 406 when there is no coding that both sides know
 */
export function codingsFrom(header: string | undefined): Codings {
  if (!header) return plainOnly;
  const weights = new Map<string, number>();
  for (const element of header.split(',')) {
    const [, name, weight] = /^\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i.exec(element) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase(), Number(weight ?? 1));
  }
  const any = weights.get('*');
  const br = weights.get('br') ?? any ?? 0;
  const zip = weights.get('gzip') ?? any ?? 0;
  const identity = weights.get('identity');
  const best = Math.max(br, zip);
  // Plain text that is not mentioned is welcome, but less than anything that is.
  const compressed = best > 0 && best >= (identity ?? 0) ? (br >= zip ? 'br' : 'gzip') : null;
  const takesPlain = (identity ?? any ?? 1) > 0;
  if (compressed === null && !takesPlain)
    throw new HttpError(406, 'BAD_REQUEST', 'Answers come as br, gzip or identity. The accept-encoding header takes none of them.');
  return { compressed, identity: takesPlain };
}

/** Below this the header of the coding and the work cost more than the bytes that are saved. */
const leastBytes = 1_024;

// Measured on an 80 kB answer: brotli at 2 makes 20 kB in 1.1 ms, at 4 the same in 2.0 ms; gzip at 4 makes 24 kB in 1.6 ms, at 6 22 kB in 2.4 ms.
const brotliQuality = 2;
const gzipLevel = 4;

const compress = {
  br: (bytes: Buffer) =>
    promisifiedBrotli(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: (bytes: Buffer) => promisifiedGzip(bytes, { level: gzipLevel }),
};
const promisifiedBrotli = promisify(brotliCompress);
const promisifiedGzip = promisify(gzip);

/**
 * Sends a whole answer, compressed when the client takes it and it is long enough; zlib works in threads of its own. Streams of events and
 * multipart answers do not come here: they go out as they are, each part at once.
 */
export async function sendCompressed(response: ServerResponse, text: string, { compressed, identity }: Codings): Promise<void> {
  const plain = Buffer.from(text);
  response.setHeader('vary', 'accept, accept-encoding');
  let bytes = plain;
  if (compressed !== null && (plain.length >= leastBytes || !identity)) {
    bytes = await compress[compressed](plain);
    response.setHeader('content-encoding', compressed);
  }
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}
