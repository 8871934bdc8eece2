import { HeaderMap } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { HttpError } from '#chassis/http.ts';
import { challenge } from '../client-errors.ts';

/** What the verifier threw, as the HTTP refusal of a request in which no operation has begun. */
export function refusedByIdentity({ message, extensions }: GraphQLError): HttpError {
  const http = extensions.http as { status?: number; headers?: unknown } | undefined;
  const status = http?.status ?? 401;
  const headers = http?.headers instanceof HeaderMap ? Object.fromEntries(http.headers) : {};
  return new HttpError(status, typeof extensions['code'] === 'string' ? extensions['code'] : 'UNAUTHENTICATED', message, {
    ...headers,
    ...(status === 401 && { [challenge.name]: challenge.value }),
  });
}
