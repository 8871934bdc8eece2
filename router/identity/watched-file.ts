import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { ConfigError } from '#chassis/config.ts';
import { reasonOf } from './reason.ts';

const lookEveryMs = 1_000;

export interface WatchedFile<T> {
  /** What the file last said that could be used. */
  readonly value: T;
  /** Reads it now. Resolves when what it says counts, or why not is in the log; never rejects. */
  look(): Promise<void>;
  close(): void;
}

/**
 * A JSON file that may change while the process runs. It is looked at by name every second, so that it may be replaced whole.
 * @param read makes a value of what the file says, or throws why it cannot
 * @throws ConfigError when it cannot be used at the start; later the last good value goes on
 */
export async function watchedFile<T>(
  file: string,
  read: (json: unknown) => T,
  { log, name }: { readonly log: Logger; /** The setting that names the file. */ readonly name: string },
): Promise<WatchedFile<T>> {
  const readNow = async () => read(JSON.parse(await readFile(file, 'utf8')));
  let value: T = await readNow().catch((error: unknown) => {
    throw new ConfigError(`${name}: ${file} cannot be used: ${reasonOf(error)}`, { cause: error });
  });
  let looking: Promise<void> = Promise.resolve();
  const look = (): Promise<void> => {
    // One after the other: what was read earlier must not count later.
    looking = looking.then(readNow).then(
      (next) => {
        value = next;
        log.info({ file }, `${name} changed and counts now`);
      },
      (error: unknown) => log.error({ file, reason: reasonOf(error) }, `${name} changed and cannot be used; the old one goes on`),
    );
    return looking;
  };
  const onChange = (): void => void look();
  watchFile(file, { interval: lookEveryMs }, onChange).unref();
  return {
    get value() {
      return value;
    },
    look,
    close: () => unwatchFile(file, onChange),
  };
}
