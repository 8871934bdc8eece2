import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';

const retryAfterSeconds = 5;

/** Whether a token is good cannot be known now: nobody is let in, nobody is told to sign in again. HTTP 503, to be tried again. */
export class IdentityUnavailable extends GraphQLError {
  /** For a debugger; who could not ask has logged it. */
  override readonly cause: unknown;

  constructor(cause: unknown) {
    // Apollo Server's form of it; another library that happens to be installed declares its own for all.
    const http: Record<string, unknown> = { status: 503, headers: new HeaderMap([['retry-after', String(retryAfterSeconds)]]) };
    super('Who you are cannot be checked at the moment: the identity provider does not answer. Try again shortly.', {
      extensions: { code: 'IDENTITY_UNAVAILABLE', http },
    });
    this.cause = cause;
  }
}
