import { appendFile, readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { z } from 'zod';

const anchor = z.object({ subgraph: z.string(), sequence: z.int().min(1), hash: z.string(), at: z.iso.datetime() });

/** The head of a chain at an instant, kept where whoever can write to the database cannot. */
export type Anchor = z.infer<typeof anchor>;

export type KeepAnchor = (anchor: Anchor) => Promise<void>;

/** A line in the log, for whoever collects logs elsewhere. */
export const anchorInLog =
  (log: Logger): KeepAnchor =>
  async ({ subgraph, sequence, hash, at }) =>
    log.info({ subgraph, sequence, hash, at }, 'audit anchor');

/** A line at the end of a file. Several processes may share it: a line is written at once. */
export const anchorInFile =
  (file: string): KeepAnchor =>
  (kept) =>
    appendFile(file, `${JSON.stringify(kept)}\n`);

/** The anchors of a file. @throws Error that names the line which is none; when the file cannot be read */
export async function readAnchors(file: string): Promise<Anchor[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [anchor.parse(JSON.parse(line))];
    } catch {
      throw new Error(`${file}, line ${index + 1} is not an anchor of an audit chain`);
    }
  });
}
