import { expect, test } from 'vitest';
import { streamProtocol } from './accept.ts';

test.each([
  [undefined, null],
  ['*/*', null],
  ['application/json', null],
  ['application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed', null],
  ['text/event-stream', 'sse'],
  ['text/event-stream, multipart/mixed', 'sse'],
  ['application/json;q=0.5, text/event-stream', 'sse'],
  ['text/event-stream;q=0', null],
  ['multipart/mixed;subscriptionSpec=1.0, application/json', 'multipart'],
  ['multipart/mixed; boundary="graphql"; subscriptionSpec="1.0", application/json', 'multipart'],
  ['multipart/mixed;deferSpec=20220824, application/json', null],
  ['multipart/mixed;subscriptionSpec=2.0', null],
])('"%s" asks for %s', (accept, protocol) => expect(streamProtocol(accept)).toBe(protocol));
