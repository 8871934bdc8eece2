import { readBearer } from '../identity.ts';
import type { TokenVerifier, VerifiedToken } from '../identity.ts';

/**
 * Who is behind an `authorization` header or the same in `connection_init`; null when it is absent or nobody is asked.
 * @throws GraphQLError UNAUTHENTICATED
 */
export async function identify(authorization: string | undefined, verifyToken: TokenVerifier | null): Promise<VerifiedToken | null> {
  if (!verifyToken) return null;
  const token = readBearer(authorization);
  return token === null ? null : verifyToken(token);
}

/** `{ authorization }` or `{ headers: { authorization } }` of a `connection_init` payload, names in any case. */
export function authorizationOf(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return (
    find(payload, 'authorization', (value) => typeof value === 'string') ??
    find(find(payload, 'headers', isRecord), 'authorization', (value) => typeof value === 'string')
  );
}

function find<T>(record: Readonly<Record<string, unknown>> | undefined, wanted: string, is: (value: unknown) => value is T): T | undefined {
  for (const [name, value] of Object.entries(record ?? {})) if (name.toLowerCase() === wanted && is(value)) return value;
  return undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
