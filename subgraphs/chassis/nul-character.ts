import { GraphQLError } from 'graphql';
import { nulRefused } from './request-body.ts';

// U+0000 in what did not come as text. Over HTTP it is found in the text, see request-body.ts.

/** Is it anywhere in the value? */
export function containsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(containsNul);
  for (const key in value) if (containsNul((value as Record<string, unknown>)[key])) return true;
  return false;
}

/** The same refusal as over HTTP, as a GraphQL error. */
export function nulRefusal(): GraphQLError {
  const { message, code } = nulRefused();
  return new GraphQLError(message, { extensions: { code } });
}
