import type { IncomingMessage } from 'node:http';
import { readBody } from '#chassis/request-body.ts';
import { OAuthError } from './oauth-error.ts';

const mostBytes = 32 * 1024;

/** Parameters of an OAuth request by name; those without a value are as if not sent (RFC 6749 §3.1). */
export type Parameters = ReadonlyMap<string, string>;

/** @throws OAuthError when one comes twice */
export function parametersOf(sent: URLSearchParams): Parameters {
  const found = new Map<string, string>();
  for (const [name, value] of sent) {
    if (value === '') continue;
    if (found.has(name)) throw new OAuthError('invalid_request', `${name.slice(0, 50)} was sent twice.`);
    found.set(name, value);
  }
  return found;
}

/** @throws OAuthError when the body is no form; HttpError when it is too long */
export async function readForm(request: IncomingMessage): Promise<Parameters> {
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded.');
  return parametersOf(new URLSearchParams(await readBody(request, mostBytes)));
}

/** @throws OAuthError when it is not there */
export function needed(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing.`);
  return value;
}
