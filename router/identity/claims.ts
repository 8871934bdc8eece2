import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { z } from 'zod';
import { roles } from '#chassis/caller.ts';
import type { Caller } from '#chassis/caller.ts';
import { withPurpose } from './purpose.ts';

const text = z.string().min(1).max(200);

const claims = z
  .object({
    sub: text,
    role: z.enum(roles).exclude(['SYSTEM']), // only services act as SYSTEM, never a client
    patient_id: z.string().optional(),
    practitioner_id: z.string().optional(),
    organization_id: z.string().optional(),
    scope: z.string().default(''),
    client_id: text.optional(), // RFC 9068
    azp: text.optional(), // OpenID Connect's name for the same
    act: z.object({ sub: text }).optional(),
    purpose_of_use: z.string().optional(),
    jti: text.optional(),
    sid: text.optional(),
    iat: z.number().optional(),
  })
  .refine((value) => value.role !== 'PATIENT' || value.patient_id !== undefined)
  .refine((value) => value.role !== 'PRACTITIONER' || value.practitioner_id !== undefined)
  .refine((value) => !['PHARMACY', 'PAYER'].includes(value.role) || value.organization_id !== undefined);

/** By what a token can be revoked, and which session it belongs to. */
export interface TokenFacts {
  readonly subject: string;
  readonly clientId?: string | undefined;
  /** `jti` */
  readonly id?: string | undefined;
  /** `sid` */
  readonly sessionId?: string | undefined;
  /** Milliseconds since 1970. A token that does not say counts as the oldest of all. */
  readonly issuedAt: number;
}

/**
 * Who the claims of a verified access token name.
 * @throws ZodError when they name nobody; GraphQLError FORBIDDEN or BAD_REQUEST when the purpose does not fit
 */
export function readClaims(payload: JWTPayload): { readonly caller: Caller; readonly facts: TokenFacts } {
  const { sub, role, patient_id, practitioner_id, organization_id, scope, client_id, azp, act, purpose_of_use, jti, sid, iat } =
    claims.parse(payload);
  const clientId = client_id ?? azp;
  const caller: Caller = {
    role,
    subject: sub,
    ...(patient_id !== undefined && { patientId: patient_id }),
    ...(practitioner_id !== undefined && { practitionerId: practitioner_id }),
    ...(organization_id !== undefined && { organizationId: organization_id }),
    scopes: scope.split(' ').filter(Boolean),
    ...(clientId !== undefined && { clientId }),
    // The outermost is who acts now; those nested in it acted earlier and decide nothing (RFC 8693 §4.1).
    ...(act && { actor: act.sub }),
  };
  return {
    caller: withPurpose(caller, purpose_of_use),
    facts: { subject: sub, clientId, id: jti, sessionId: sid, issuedAt: (iat ?? 0) * 1_000 },
  };
}

/** What only ID tokens and logout tokens carry (OpenID Connect Core §2, Back-Channel Logout §2.4). */
const claimsOfOtherTokens = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

/**
 * Is it an access token, by its header (RFC 9068 §4, RFC 8725 §3.11) and by what no access token has? Some providers tell their kinds apart
 * by a claim: Keycloak's `typ`, Cognito's `token_use`. A token that is bound to a key (`cnf`) is refused: nobody here checks that its sender has it.
 */
export function isAccessToken({ typ }: JWTHeaderParameters, payload: JWTPayload): boolean {
  const kind = typ?.toLowerCase().replace(/^application\//, '');
  if (kind !== 'jwt' && kind !== 'at+jwt') return false;
  if (payload['typ'] !== undefined && payload['typ'] !== 'Bearer') return false;
  if (payload['token_use'] !== undefined && payload['token_use'] !== 'access') return false;
  return [...claimsOfOtherTokens, 'cnf'].every((claim) => payload[claim] === undefined);
}
