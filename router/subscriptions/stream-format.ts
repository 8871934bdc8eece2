import type { FormattedExecutionResult } from 'graphql';
import { isLast } from './operations.ts';
import { resultText } from './result-text.ts';

/** The bytes of a protocol that streams results over HTTP. */
export interface StreamFormat {
  readonly contentType: string;
  readonly opening: string;
  readonly heartbeat: string;
  readonly end: string;
  /** Are refusals and the answers to queries told in a stream too, or as plain JSON? */
  readonly allInside: boolean;
  result(result: FormattedExecutionResult): string;
}

/** GraphQL over SSE, distinct connections mode. A comment is the heartbeat; `data:` without a value lets a browser's EventSource see the end. */
export const sse: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  heartbeat: ':\n\n',
  end: 'event: complete\ndata:\n\n',
  allInside: true,
  result: (result) => `event: next\ndata: ${resultText(result)}\n\n`,
};

const part = (json: string): string => `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`;

/**
 * Apollo's "Multipart HTTP protocol for GraphQL subscriptions" 1.0. The boundary follows each part at once, not before the next one:
 * a client knows only at the boundary that a part is whole. Errors that end the stream stand beside an empty payload.
 */
export const multipart: StreamFormat = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: '\r\n--graphql',
  heartbeat: part('{}'),
  end: '--\r\n',
  allInside: false,
  result: (result) =>
    part(isLast(result) ? `{"payload":null,"errors":${JSON.stringify(result.errors)}}` : `{"payload":${resultText(result)}}`),
};
