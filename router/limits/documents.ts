import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Caller } from '#chassis/caller.ts';
import type { Manifests } from './manifests.ts';

/** What a client says about the document it wants to run: its text, or a name that we know it by. */
export interface SentDocument {
  readonly query?: string | undefined;
  /** `{ persistedQuery: { version: 1, sha256Hash } }` (Apollo), among others. */
  readonly extensions?: unknown;
  /** Of the GraphQL-over-HTTP appendix for persisted documents: `sha256:<hex>`, or as the manifest has it. */
  readonly documentId?: unknown;
}

export interface DocumentPolicy {
  /** `registered`: only what stands in a manifest runs. `open`: partners apart, whatever keeps to the limits. */
  readonly operations: 'open' | 'registered';
  readonly manifests: Manifests;
  /** May a client send a text with its hash, and then the hash alone (automatic persisted queries)? For development. */
  readonly automatic: boolean;
  /** Do partners run only what is registered for them, also when the graph is open? */
  readonly partnersRegistered: boolean;
}

/** The text of the document that is meant, or why it is not run. */
export type Documents = (sent: SentDocument, caller: Caller | null) => { readonly text: string } | { readonly refusal: GraphQLError };

/** For a router that nobody has said anything to: every text, no hashes. */
export const anyDocument: DocumentPolicy = {
  operations: 'open',
  manifests: { of: () => undefined, all: [] },
  automatic: false,
  partnersRegistered: false,
};

const isPartner = (caller: Caller | null): boolean => caller?.role === 'PHARMACY' || caller?.role === 'PAYER';

/** @param fits the limits: null for a text that keeps to them */
export function documents(
  { operations, manifests, automatic, partnersRegistered }: DocumentPolicy,
  fits: (text: string) => GraphQLError | null,
): Documents {
  const remembered = new Map<string, string>();

  function remember(hash: string, text: string): void {
    remembered.set(hash, text);
    const [oldest] = remembered.keys();
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
  }

  return (sent, caller) => {
    const hash = hashOf(sent);
    if (hash instanceof GraphQLError) return { refusal: hash };
    const onlyRegistered = operations === 'registered' || (partnersRegistered && isPartner(caller));
    const manifest = manifests.of(caller?.clientId, isPartner(caller));
    const { query } = sent;
    if (query !== undefined && hash !== null && hash.isSha256 && hash.value !== sha256(query)) return { refusal: otherHash() };
    if (onlyRegistered) {
      // Long texts are not registered, and need not be hashed to know it.
      const key = hash?.value ?? (query !== undefined && query.length <= longestRegistered ? sha256(query) : '');
      const text = manifest?.get(key);
      return text === undefined || (query !== undefined && query !== text) ? { refusal: notRegistered() } : fitting(text);
    }
    if (query !== undefined) {
      const meant = fitting(query);
      if (automatic && hash?.isSha256 && 'text' in meant && query.length <= longestRegistered) remember(hash.value, query);
      return meant;
    }
    if (hash === null) return { text: '' };
    const text = manifest?.get(hash.value) ?? remembered.get(hash.value);
    if (text !== undefined) return fitting(text);
    return { refusal: automatic ? notFound() : hashesNotTaken() };
  };

  function fitting(text: string): ReturnType<Documents> {
    const refusal = fits(text);
    return refusal ? { refusal } : { text };
  }
}

const mostRemembered = 1_000;
const longestRegistered = 16 * 1024;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface DocumentHash {
  readonly value: string;
  readonly isSha256: boolean;
}

function hashOf({ extensions, documentId }: SentDocument): DocumentHash | null | GraphQLError {
  if (typeof documentId === 'string') {
    const value = documentId.replace(/^sha256:/, '');
    return { value, isSha256: /^[0-9a-f]{64}$/.test(value) };
  }
  const persisted = own(extensions, 'persistedQuery');
  if (persisted === undefined || persisted === null) return null;
  const [version, value] = [own(persisted, 'version'), own(persisted, 'sha256Hash')];
  return version === 1 && typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
    ? { value, isSha256: true }
    : refusal('BAD_REQUEST', 'extensions.persistedQuery is { "version": 1, "sha256Hash": the SHA-256 of the document in hexadecimal }.');
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;

const refusal = (code: string, message: string, status = 400): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { status } } });

const otherHash = () => refusal('BAD_REQUEST', 'The hash is not the SHA-256 of the document that came with it.');
const notRegistered = () =>
  refusal('OPERATION_NOT_REGISTERED', 'This operation is not registered for your program. Have it registered, or send one that is.');
// Apollo Client looks for this message and sends the text; with another status it would not.
const notFound = () => refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound', 200);
const hashesNotTaken = () => refusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported', 200);
