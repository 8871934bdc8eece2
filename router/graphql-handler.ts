import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { graphqlOverHttp } from '#chassis/graphql-over-http.ts';
import { HttpError } from '#chassis/http.ts';
import { challenge } from './client-errors.ts';
import { codingsFrom, sendCompressed } from './compression.ts';
import { refuseOtherSites } from './csrf.ts';
import { nameEarlyRefusals } from './early-refusals.ts';
import type { TokenVerifier } from './identity.ts';
import type { IdleSessions } from './identity/idle-sessions.ts';
import type { ClientAddress } from './client-address.ts';
import { countUnknown, TooManyUnknown } from './limits/count-unknown.ts';
import { admitted } from './limits/admitted-server.ts';
import type { Documents } from './limits/documents.ts';
import type { RateLimits } from './limits/rate-limits.ts';
import type { RouterContext } from './request-context.ts';
import { RequestLife } from './request-life.ts';
import { logRequest, newRecord } from './request-log.ts';
import { credentialsOf, identify } from './subscriptions/client-identity.ts';

export interface GraphqlHandlerOptions {
  readonly server: ApolloServer<RouterContext>;
  /** Null: tokens are not looked at. */
  readonly verifyToken: TokenVerifier | null;
  /** Hears who asks. */
  readonly sessions: Pick<IdleSessions, 'asked'>;
  readonly textOf: Documents;
  readonly addressOf: ClientAddress;
  /** Null: nothing is counted. */
  readonly rates: RateLimits | null;
  readonly requestDeadlineMs: number;
  readonly maxBodyBytes: number;
  readonly log: Logger;
}

/** Answers a request whose id is on the response already. */
export type GraphqlHandler = (request: IncomingMessage, response: ServerResponse, requestId: string) => Promise<void>;

/** `/graphql`: gives each request its deadline, caller and log line. */
export function graphqlHandler(options: GraphqlHandlerOptions): GraphqlHandler {
  const { verifyToken, addressOf, rates, sessions, requestDeadlineMs, maxBodyBytes, log } = options;
  const server = admitted(options.server, options.textOf);
  return async (request, response, requestId) => {
    const startedAt = performance.now();
    const requestLog = log.child({ requestId });
    const record = newRecord();
    const life = new RequestLife({ startedAt, deadlineMs: requestDeadlineMs });
    response.setHeader('cache-control', 'no-store');
    response.once('close', () => {
      if (response.writableFinished) life.end();
      else life.leave();
      logRequest(requestLog, record, {
        status: response.statusCode,
        durationMs: performance.now() - startedAt,
        clientLeft: life.clientLeft,
      });
    });
    try {
      refuseOtherSites(request.headers);
      const codings = codingsFrom(request.headers['accept-encoding']);
      const handle = graphqlOverHttp(nameEarlyRefusals(server, requestId, record), {
        maxBodyBytes,
        send: (_, text) => sendCompressed(response, text, codings),
        context: async () => {
          const address = addressOf(request);
          const token = await countUnknown(verifyToken && rates, address, () => identify(credentialsOf(request), verifyToken)).catch(
            (error: unknown) => {
              if (error instanceof TooManyUnknown)
                for (const [name, value] of Object.entries(error.taken.headers)) response.setHeader(name, value);
              if (isUnauthenticated(error)) response.setHeader(challenge.name, challenge.value);
              throw error;
            },
          );
          sessions.asked(token);
          const caller = token?.caller ?? null;
          record.role = caller?.role ?? 'none';
          return { caller, requestId, origin: { address }, log: requestLog, life, record };
        },
      });
      await handle(request, response);
    } catch (error) {
      if (error instanceof HttpError) record.codes = [error.code];
      throw error;
    }
  };
}

const isUnauthenticated = (error: unknown): boolean => error instanceof GraphQLError && error.extensions.http?.status === 401;
