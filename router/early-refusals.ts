import type { ApolloServer } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { RouterContext } from './request-context.ts';
import { codesOf } from './request-log.ts';
import type { RequestRecord } from './request-log.ts';
import { withStatusOfMediaType } from './status-code.ts';

type HttpServerSide = Pick<ApolloServer<RouterContext>, 'executeHTTPGraphQLRequest'>;

/**
 * What Apollo Server refuses before an operation begins (a bad token, a batch, a form of another site) passes no plugin that sees the
 * answer. This puts the request id into such an answer, and its codes into the log line.
 */
export const nameEarlyRefusals = (server: HttpServerSide, requestId: string, record: RequestRecord): HttpServerSide => ({
  async executeHTTPGraphQLRequest(request) {
    const answer = await server.executeHTTPGraphQLRequest(request);
    const operationBegan = record.outcome !== 'refused' || record.codes.length > 0;
    if (operationBegan) return withStatusOfMediaType(answer, record.codes);
    if (answer.body.kind !== 'complete') return answer;
    const { errors } = JSON.parse(answer.body.string) as { errors?: GraphQLFormattedError[] };
    if (!errors) return answer; // a mutation that answered `userErrors`, of which nobody asked the code
    record.codes = codesOf(errors);
    const named = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
    return withStatusOfMediaType({ ...answer, body: { kind: 'complete', string: JSON.stringify({ errors: named }) } }, record.codes);
  },
});
