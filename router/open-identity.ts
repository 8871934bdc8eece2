import type { IdentityConfig } from './config.ts';
import { defaultAudience, devIssuerName, openDevIssuer } from './dev-issuer.ts';
import type { DevIssuer } from './dev-issuer.ts';
import { createTokenVerifier, localKeys, remoteKeys } from './identity.ts';
import type { TokenVerifier } from './identity.ts';

/** Whose tokens the router believes, as configured. */
export async function openIdentity(config: IdentityConfig): Promise<{ verifyToken: TokenVerifier; devIssuer?: DevIssuer }> {
  if (config.kind === 'provider') {
    const { issuer, audience, jwksUrl } = config;
    return { verifyToken: createTokenVerifier({ issuer, audience, keys: remoteKeys(jwksUrl) }) };
  }
  const devIssuer = await openDevIssuer(config.keyFile);
  return {
    devIssuer,
    verifyToken: createTokenVerifier({ issuer: devIssuerName, audience: defaultAudience, keys: localKeys(devIssuer.jwks) }),
  };
}
