import type { FormattedExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { RouterContext } from '../request-context.ts';
import type { ClientOperation, GraphOperations, ResultStream } from './operations.ts';
import { shareKey } from './share-key.ts';
import { Upstream } from './upstream.ts';

export interface SharingOptions {
  /** False: every client has an upstream of its own. */
  readonly share: boolean;
  readonly log: Logger;
  readonly deadlineMs: number;
  /** Results that wait for one member while others have theirs already; one more and it is cut off. */
  readonly queuedResults: number;
}

/** Stands before `GraphOperations.subscribe`: one upstream for all who ask the same (docs/adr/0014). */
export class SharedSubscriptions {
  readonly #operations: Pick<GraphOperations, 'subscribe'>;
  readonly #options: SharingOptions;
  readonly #upstreams = new Map<string, Upstream>();

  constructor(operations: Pick<GraphOperations, 'subscribe'>, options: SharingOptions) {
    this.#operations = operations;
    this.#options = options;
  }

  /**
   * As `GraphOperations.subscribe`. `newestSaysAll`: see `AcceptedOperation`; without it an upstream takes members until its first result.
   * `left` aborts when the member has gone before it has its stream.
   */
  subscribe(
    operation: ClientOperation,
    context: RouterContext,
    { newestSaysAll = false, left }: { readonly newestSaysAll?: boolean; readonly left: AbortSignal },
  ): Promise<ResultStream | FormattedExecutionResult> {
    const key = shareKey(operation, context.caller, context.origin.address);
    const shared = this.#upstreams.get(key);
    const upstream = shared && (newestSaysAll || !shared.hasBegun) ? shared : this.#open(key, operation, context);
    return upstream.join(context, left);
  }

  #open(key: string, operation: ClientOperation, first: RouterContext): Upstream {
    const { share, ...options } = this.#options;
    const upstream: Upstream = new Upstream({
      ...options,
      operations: this.#operations,
      operation,
      first,
      onClose: () => {
        if (this.#upstreams.get(key) === upstream) this.#upstreams.delete(key);
      },
    });
    if (share) this.#upstreams.set(key, upstream);
    return upstream;
  }
}
