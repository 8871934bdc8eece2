import { rename, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { watchedFile } from './watched-file.ts';

const read = (json: unknown): string => z.object({ word: z.string() }).parse(json).word;
const quiet = { log: pino({ level: 'silent' }), name: 'WORD_FILE' };

test('a file that was replaced counts without a restart; a broken one does not, and the old one goes on', async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/word.json`;
  await writeFile(file, '{"word":"first"}');
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  const watched = await watchedFile(file, read, { log, name: 'WORD_FILE' });
  try {
    await writeFile(`${file}.new`, '{"word":"second"}');
    await rename(`${file}.new`, file);
    await watched.look();
    expect(watched.value).toBe('second');
    await writeFile(file, '{"word":"secret');
    await watched.look();
    expect(watched.value).toBe('second');
    expect(lines.at(-1)).toContain('it is not JSON');
    expect(lines.join('')).not.toContain('secret');
  } finally {
    watched.close();
  }
});

test('a file that cannot be used at the start is refused by the name of its setting', async () => {
  await using folder = await temporaryFolder();
  await expect(watchedFile(`${folder.path}/none.json`, read, quiet)).rejects.toThrow(/WORD_FILE: .*none\.json cannot be used: ENOENT/);
  await writeFile(`${folder.path}/odd.json`, '{}');
  await expect(watchedFile(`${folder.path}/odd.json`, read, quiet)).rejects.toThrow(/WORD_FILE: .*word/);
});
