import { HeaderMap } from '@apollo/server';
import { expect, test } from 'vitest';
import { nameEarlyRefusals } from './early-refusals.ts';
import { newRecord } from './request-log.ts';

test('a mutation that answered userErrors, of which nobody asked the code, is answered as it is', async () => {
  const answer = {
    status: 200,
    headers: new HeaderMap(),
    body: { kind: 'complete' as const, string: '{"data":{"bookAppointment":{"userErrors":[{"message":"taken"}]}}}' },
  };
  const named = nameEarlyRefusals({ executeHTTPGraphQLRequest: async () => answer }, 'id', newRecord());
  const request = { method: 'POST', headers: new HeaderMap(), search: '', body: {} };
  expect(
    await named.executeHTTPGraphQLRequest({ httpGraphQLRequest: request, context: () => Promise.reject(new Error('not asked')) }),
  ).toEqual(answer);
});
