import type { IncomingMessage } from 'node:http';
import { readBearer } from '../identity.ts';
import type { TokenVerifier, VerifiedToken } from '../identity.ts';
import { purposeHeader, withPurpose } from '../identity/purpose.ts';

/** What a client says of itself. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly purpose: string | undefined;
}

/** Who asks, for what purpose. */
export interface SignedIn extends VerifiedToken {
  /** Rejects, as the verifier does, when the token is not good any more. */
  verifyAgain(): Promise<unknown>;
}

/**
 * Who is behind an `authorization` header or the same in `connection_init`; null when it is absent or nobody is asked.
 * @throws GraphQLError UNAUTHENTICATED, SESSION_IDLE, IDENTITY_UNAVAILABLE; for a purpose that does not fit BAD_REQUEST, FORBIDDEN
 */
export async function identify({ authorization, purpose }: Credentials, verifyToken: TokenVerifier | null): Promise<SignedIn | null> {
  if (!verifyToken) return null;
  const token = readBearer(authorization);
  if (token === null) return null;
  const verified = await verifyToken(token);
  return { ...verified, caller: withPurpose(verified.caller, purpose), verifyAgain: () => verifyToken(token) };
}

export function credentialsOf({ headers }: Pick<IncomingMessage, 'headers'>): Credentials {
  const purpose = headers[purposeHeader];
  return { authorization: headers.authorization, purpose: Array.isArray(purpose) ? purpose.join(', ') : purpose };
}

/** `{ authorization }` or `{ headers: { authorization } }` of a `connection_init` payload, names in any case. */
export const authorizationOf = (payload: Payload): string | undefined => textOf(payload, 'authorization');

/** The purpose, in the same places. */
export const purposeIn = (payload: Payload): string | undefined => textOf(payload, purposeHeader);

type Payload = Readonly<Record<string, unknown>> | undefined;

const textOf = (payload: Payload, name: string): string | undefined =>
  find(payload, name, (value) => typeof value === 'string') ??
  find(find(payload, 'headers', isRecord), name, (value) => typeof value === 'string');

function find<T>(record: Readonly<Record<string, unknown>> | undefined, wanted: string, is: (value: unknown) => value is T): T | undefined {
  for (const [name, value] of Object.entries(record ?? {})) if (name.toLowerCase() === wanted && is(value)) return value;
  return undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
