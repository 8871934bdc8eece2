import { AnswerUnusable, TransportFailure } from './transport.ts';

// What came is no HTTP, or too much of it: the service will say the same again. An end in the middle is a broken line like any other.
const isGarbled = (code: string): boolean =>
  (code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE') || code === 'UND_ERR_HEADERS_OVERFLOW';

/**
 * An error of undici, as the transport throws it. Its text may carry an address and belongs nowhere near a client: the code is enough.
 * @param sent false when undici had not begun to write the request
 */
export function transportFailure(error: Error, sent: boolean): Error {
  if (error instanceof AnswerUnusable) return error;
  const code = codeOf(error);
  return new TransportFailure(code, { sent, passing: !isGarbled(code) });
}

function codeOf(error: Error): string {
  // A host with several addresses: one error for each.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const code = 'code' in error ? error.code : inner instanceof Error && 'code' in inner ? inner.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
