import type { DevIssuer } from '../dev-issuer.ts';
import { personas } from '../personas.ts';
import type { PersonaName } from '../personas.ts';
import type { AuthorizationCodes } from './authorization-codes.ts';
import type { Client } from './clients.ts';
import { OAuthError } from './oauth-error.ts';
import { needed } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { isRegisteredRedirect } from './redirect-uri.ts';
import { grantedScopes } from './scopes.ts';

export type PublicClient = Extract<Client, { kind: 'public' }>;

/**
 * Which client wants a log-in, and that the person may be sent back to where it says.
 * @throws OAuthError to be shown to the person: an address that is not registered is sent nothing (RFC 6749 §4.1.2.1)
 */
export async function clientAndRedirect(
  parameters: Parameters,
  issuer: DevIssuer,
): Promise<{ readonly client: PublicClient; readonly redirectUri: string }> {
  const client = (await issuer.clients()).get(needed(parameters, 'client_id'));
  if (client?.kind !== 'public') throw new OAuthError('invalid_request', 'There is no client of this client_id for a log-in.');
  const redirectUri = needed(parameters, 'redirect_uri');
  if (!isRegisteredRedirect(redirectUri, issuer.url))
    throw new OAuthError(
      'invalid_request',
      `The redirect_uri is not registered. Use ${issuer.url}/ or http://localhost:<port>/callback, nothing before or after it.`,
    );
  return { client, redirectUri };
}

/** @throws OAuthError to be told to the client: the request is none that can be granted */
export function assertCodeRequest(parameters: Parameters): void {
  if (needed(parameters, 'response_type') !== 'code')
    throw new OAuthError('unsupported_response_type', 'Only response_type=code is known here.');
  if ((parameters.get('response_mode') ?? 'query') !== 'query')
    throw new OAuthError('invalid_request', 'Only response_mode=query is known here.');
  if (parameters.has('request') || parameters.has('request_uri'))
    throw new OAuthError('request_not_supported', 'Send the parameters themselves.');
  if (needed(parameters, 'code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(needed(parameters, 'code_challenge')))
    throw new OAuthError('invalid_request', 'PKCE is needed: code_challenge with code_challenge_method=S256.');
  if (parameters.get('prompt') === 'none')
    throw new OAuthError('login_required', 'Nobody is logged in: each log-in is a choice on the page.');
}

/**
 * The person has chosen who to be.
 * @returns the code for the client
 * @throws OAuthError to be told to the client
 */
export function grantCode(
  parameters: Parameters,
  { client, redirectUri }: { readonly client: PublicClient; readonly redirectUri: string },
  codes: AuthorizationCodes,
): string {
  const persona: PersonaName | undefined = client.personas.find((name) => name === parameters.get('persona'));
  if (!persona) throw new OAuthError('access_denied', 'Nobody whom this client knows was chosen.');
  const claims = personas[persona].claims();
  const scope = grantedScopes(parameters.get('scope'), claims.scope);
  if (scope === null) throw new OAuthError('invalid_scope', `A ${persona} may have: ${claims.scope}.`);
  return codes.grant({
    clientId: client.id,
    redirectUri,
    challenge: needed(parameters, 'code_challenge'),
    nonce: parameters.get('nonce'),
    claims: { ...claims, client_id: client.id, scope },
  });
}
