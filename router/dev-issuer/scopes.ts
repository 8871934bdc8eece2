import { coversScope, readScope } from '../authorization/smart-scopes.ts';

/** Scopes of OpenID Connect that say what an ID token may hold, not what may be done. */
const identityScopes = new Set(['openid', 'fhirUser', 'launch/patient']);

/**
 * What of the scopes that a client asks for is granted to someone who has `held` ones: SMART on FHIR v2 scopes that one of those covers
 * (`user/Patient.rs` by `user/*.cruds`). Who asks for none in particular gets all.
 * @returns the scopes as one text, or null when nothing is left
 */
export function grantedScopes(asked: string | undefined, held: string): string | null {
  const heldScopes = held.split(' ');
  const askedScopes = (asked ?? '').split(' ').filter(Boolean);
  const data = askedScopes.filter((scope) => !identityScopes.has(scope));
  const granted =
    data.length === 0 ? heldScopes : data.filter((scope) => heldScopes.some((wider) => coversScope(readScope(wider), readScope(scope))));
  if (granted.length === 0) return null;
  return [...askedScopes.filter((scope) => identityScopes.has(scope)), ...new Set(granted)].join(' ');
}
