import { algorithm } from './key-ring.ts';

/** Paths of the development issuer below the router's address, which is its issuer identifier. */
export const endpoints = {
  discovery: '/.well-known/openid-configuration',
  keys: '/.well-known/jwks.json',
  authorize: '/dev/issuer/authorize',
  token: '/dev/issuer/token',
  revoke: '/dev/issuer/revoke',
  introspect: '/dev/issuer/introspect',
  endSession: '/dev/issuer/end_session',
} as const;

/** OpenID Connect Discovery 1.0 §3, with what RFC 7009, RFC 7662, RFC 9207 and RP-Initiated Logout add. */
export const discoveryDocument = (issuer: string, assertionAlgorithms: readonly string[]): object => ({
  issuer,
  jwks_uri: issuer + endpoints.keys,
  authorization_endpoint: issuer + endpoints.authorize,
  token_endpoint: issuer + endpoints.token,
  revocation_endpoint: issuer + endpoints.revoke,
  introspection_endpoint: issuer + endpoints.introspect,
  end_session_endpoint: issuer + endpoints.endSession,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code', 'client_credentials'],
  code_challenge_methods_supported: ['S256'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: [algorithm],
  scopes_supported: ['openid', 'patient/*.cruds', 'user/*.cruds', 'system/*.cruds'],
  token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
  token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  revocation_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
  revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  introspection_endpoint_auth_methods_supported: ['private_key_jwt'],
  introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  authorization_response_iss_parameter_supported: true,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
});
