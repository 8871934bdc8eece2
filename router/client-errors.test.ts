import { describe, expect, test } from 'vitest';
import { graphqlCodes } from '#chassis/errors.ts';
import { allowedError, maskError } from './client-errors.ts';
import type { GraphqlCode } from './client-errors.ts';

const secret = 'select * from patient where ssn = 1';
const codes = Object.keys(graphqlCodes) as GraphqlCode[];
const spoken: string[] = ['BAD_USER_INPUT', 'UNAUTHENTICATED', 'FORBIDDEN'];

describe('an error of a subgraph', () => {
  test.each(codes.filter((code) => !spoken.includes(code)))('with code %s loses its message and extensions', (code) => {
    const error = allowedError({ message: secret, path: ['a'], extensions: { code, sql: secret } }, 'patient');
    expect(JSON.stringify(error)).not.toContain(secret);
    expect(error).toMatchObject({ path: ['a'], extensions: { service: 'patient' } });
    expect(Object.keys(error.extensions ?? {})).toEqual(['code', 'service']);
  });

  test.each(spoken)('with code %s keeps its message, which is for the caller', (code) => {
    expect(allowedError({ message: 'first: at most 100.', extensions: { code } }, 'patient').message).toBe('first: at most 100.');
  });

  test.each(['P2002', 'toString', undefined, 7])('with code %s becomes an internal error', (code) => {
    expect(allowedError({ message: secret, extensions: { code } }, 'patient')).toMatchObject({
      extensions: { code: 'INTERNAL_SERVER_ERROR', service: 'patient' },
    });
  });
});

describe('the last wall', () => {
  test.each(['GRAPHQL_PARSE_FAILED', 'BAD_REQUEST', 'SUBGRAPH_TIMEOUT'])('passes %s', (code) => {
    expect(maskError({ message: 'm', extensions: { code, serviceName: 's', stacktrace: [secret] } })).toEqual({
      message: 'm',
      extensions: { code },
    });
  });

  test.each(['INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR', undefined])('masks %s', (code) => {
    expect(maskError({ message: secret, path: ['a'], extensions: { code, exception: secret } })).toEqual({
      message: 'Something went wrong on our side. Quote the request id.',
      path: ['a'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  });
});
