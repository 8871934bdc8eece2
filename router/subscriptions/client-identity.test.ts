import { expect, test } from 'vitest';
import { authorizationOf } from './client-identity.ts';

test.each([
  [{ authorization: 'Bearer a' }, 'Bearer a'],
  [{ Authorization: 'Bearer a' }, 'Bearer a'],
  [{ headers: { Authorization: 'Bearer a' } }, 'Bearer a'],
  [{ authorization: 'Bearer a', headers: { authorization: 'Bearer b' } }, 'Bearer a'],
  [{ authorization: 1 }, undefined],
  [{ headers: 'authorization' }, undefined],
  [{ headers: null }, undefined],
  [{}, undefined],
  [undefined, undefined],
])('the payload %o brings %s', (payload, authorization) => expect(authorizationOf(payload)).toBe(authorization));
