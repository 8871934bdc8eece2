const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where clients may be sent back to on a loopback address; its port is free, because a native app takes the one that it gets (RFC 8252 §7.3). */
const loopbackPath = '/callback';

/**
 * May a person be sent there with a code? To the router's own page, or to `/callback` on this machine; character by character but for the port.
 * @param issuer the router's own origin
 */
export function isRegisteredRedirect(uri: string, issuer: string): boolean {
  if (uri === `${issuer}/`) return true;
  if (!URL.canParse(uri)) return false;
  const { hostname, port } = new URL(uri);
  return loopback.has(hostname) && uri === `http://${hostname}${port && `:${port}`}${loopbackPath}`;
}
