/** A data key as it is stored: sealed by a key-encryption key. */
export interface WrappedKey {
  /** Which key-encryption key opens it. */
  readonly kekId: string;
  readonly wrapped: Uint8Array;
  /** What it is for. An adapter binds the wrapping to it (associated data, or the encryption context of a cloud service). */
  readonly purpose: string;
}

export interface PlainKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly purpose: string;
}

/**
 * Who holds the key-encryption keys: the environment, a file, or a key-management service of a cloud. Calls come in batches
 * and seldom, because unwrapped data keys are cached (data-keys.ts): an adapter may take a round trip for each batch.
 */
export interface KeyManagement {
  /** The key-encryption key that new data keys are wrapped with. */
  readonly currentKekId: string;
  /** With the current key-encryption key, in the order given. */
  wrap(keys: readonly PlainKey[]): Promise<WrappedKey[]>;
  /** In the order given. @throws UnknownKekError, or an error of the adapter when one of them does not open */
  unwrap(keys: readonly WrappedKey[]): Promise<Uint8Array[]>;
}

export class UnknownKekError extends Error {
  override name = 'UnknownKekError';
  readonly kekId: string;

  constructor(kekId: string) {
    super(`no key-encryption key ${kekId} is at hand`);
    this.kekId = kekId;
  }
}
