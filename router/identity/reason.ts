import { z } from 'zod';

/** Why something could not be used, for a log line: never with a piece of what was read, as JSON.parse would have it. */
export function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not JSON';
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll('\n', ' ');
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.message === 'fetch failed' ? `${error.message}: ${error.cause.message}` : error.message;
}
