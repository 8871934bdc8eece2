import type { FormattedExecutionResult } from 'graphql';
import { unexpectedMessage } from '../client-errors.ts';
import { idleMessage } from '../identity/idle-sessions.ts';

/** Results of the router itself: an error with a code and the request id, no data. Each is the last one of its operation. */
const lastResult =
  (code: string, message: string) =>
  (requestId: string): FormattedExecutionResult => ({ errors: [{ message, extensions: { code, requestId } }] });

export const tokenEnded = lastResult('UNAUTHENTICATED', 'The token has ended. Get a new one and subscribe again.');
export const loggedOff = lastResult('SESSION_IDLE', idleMessage);
export const clientTooSlow = lastResult('CLIENT_TOO_SLOW', 'The results were not read fast enough. Subscribe again.');
export const tooManyOperations = lastResult('TOO_MANY_CONNECTIONS', 'This socket has as many operations open as it may have.');
export const mutationByGet = lastResult('BAD_REQUEST', 'A mutation does not run by GET. Send it by POST.');
export const forbiddenCharacter = lastResult('BAD_USER_INPUT', 'The request contains the character U+0000, which no field accepts.');
export const shuttingDown = lastResult('SHUTTING_DOWN', 'This router is being stopped. Connect again.');
export const unexpectedFailure = lastResult('INTERNAL_SERVER_ERROR', unexpectedMessage);
