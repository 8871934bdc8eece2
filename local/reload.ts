import { execFile } from 'node:child_process';
import { watch } from 'node:fs';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { ServiceProcess } from './service-process.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const settleMs = 150;

/** Restarts what a changed file belongs to; a changed schema is composed and its types generated first. */
export function reloadOnChange(processes: ReadonlyMap<string, ServiceProcess>, log: Logger): { close(): void } {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working = false;

  const note = (folder: string, file: string | null) => {
    if (!file || file.includes('generated') || /(supergraph|api|partner)\.graphql$|events\.json$|\.test\.ts$/.test(file)) return;
    changed.add(`${folder}/${file}`);
    schedule();
  };
  const schedule = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void apply(), settleMs);
  };
  async function apply(): Promise<void> {
    if (working) return schedule();
    working = true;
    const files = [...changed];
    changed.clear();
    try {
      if (files.some((file) => /^(schema|prisma)\//.test(file) || file.endsWith('/mappers.ts'))) {
        // Composition first: it names file and line of a mistake.
        await run('router/compose-command.ts');
        await run('prisma/generate.ts');
      }
      const names = affected(files, [...processes.keys()]);
      log.info({ files: files.slice(0, 5), restarting: names }, 'reloading');
      await Promise.all(names.flatMap((name) => processes.get(name)?.restart() ?? []));
    } catch (error) {
      log.error({ reason: (error as { stderr?: string }).stderr?.trim() ?? String(error) }, 'not reloaded; the old version goes on');
    } finally {
      working = false;
    }
  }
  const watchers = ['subgraphs', 'router', 'schema', 'prisma'].map((folder) =>
    watch(`${root}${folder}`, { recursive: true }, (_event, file) => note(folder, file)),
  );
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

const run = (script: string) => promisify(execFile)(process.execPath, ['--import', 'tsx', `${root}${script}`]);

/** A file of one subgraph or of the router concerns that process; anything else concerns all. */
export function affected(files: readonly string[], names: readonly string[]): string[] {
  const owners = files.map((file) => /^subgraphs\/(\w+)\//.exec(file)?.[1] ?? (file.startsWith('router/') ? 'router' : 'all'));
  return owners.every((owner) => names.includes(owner)) ? [...new Set(owners)] : [...names];
}
