import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Router } from './server.ts';

const lookEveryMs = 1_000;

/** Reloads the router whenever the file holds another supergraph. Looks at the file by name, so that it may be replaced whole. */
export function watchSupergraph(file: string, router: Pick<Router, 'reload'>, log: Logger): { close(): void } {
  let looking: Promise<unknown> = Promise.resolve();
  // One after the other: what was read earlier must not be served later.
  const look = (): void => {
    looking = looking
      .then(() => readFile(file, 'utf8'))
      .then((sdl) => router.reload(sdl))
      .then((result) => {
        if (result.outcome === 'reloaded') log.info({ file, warm: result.warm }, 'the supergraph changed and is served now');
        if (result.outcome === 'refused')
          log.error({ file, reasons: result.reasons }, 'the supergraph changed and is refused; the old one goes on');
      })
      .catch((error: unknown) => log.error({ file, err: error }, 'the supergraph cannot be read; the old one goes on'));
  };
  watchFile(file, { interval: lookEveryMs }, look);
  return { close: () => unwatchFile(file, look) };
}
