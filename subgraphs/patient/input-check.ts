import { Refusal } from '#chassis/errors.ts';

/** Complains of one value. The message must not repeat the value: it may be patient data and ends in logs of clients. */
export type Report = (path: string[], message: string) => void;

/**
 * Reads an input and returns the value when nothing was reported.
 * @throws Refusal INVALID_INPUT with all that was reported, so that a form can show everything at once
 */
export function checked<T>(read: (report: Report) => T): T {
  const refusals: Refusal[] = [];
  const value = read((path, message) => refusals.push(new Refusal('INVALID_INPUT', message, { path })));
  if (refusals.length > 0) throw Refusal.all(refusals);
  return value;
}

const controlCharacter = /\p{Cc}/u;
const controlCharacterInText = /[^\P{Cc}\n\r\t]/u;

/** One line without outer blanks: 1 to `max` characters, no control characters. */
export function readLine(value: string, max: number, path: string[], report: Report): string {
  const line = value.trim().normalize('NFC');
  if (line === '' || line.length > max) report(path, `Must have 1 to ${max} characters.`);
  else if (controlCharacter.test(line)) report(path, 'Must be one line without control characters.');
  return line;
}

/** Like readLine, but absent or blank is null. */
export function readOptionalLine(value: string | null | undefined, max: number, path: string[], report: Report): string | null {
  return value === null || value === undefined || value.trim() === '' ? null : readLine(value, max, path, report);
}

/** Free text of at most `max` characters, with line breaks; blank is null. */
export function readText(value: string | null | undefined, max: number, path: string[], report: Report): string | null {
  const text = (value ?? '').trim().normalize('NFC');
  if (text.length > max) report(path, `Must have at most ${max} characters.`);
  else if (controlCharacterInText.test(text)) report(path, 'Must not contain control characters.');
  return text === '' ? null : text;
}

/** A list of at most `max` items, each read with its path. */
export function readList<In, Out>(
  items: readonly In[],
  max: number,
  path: string[],
  report: Report,
  read: (item: In, path: string[]) => Out,
): Out[] {
  if (items.length > max) {
    report(path, `Must have at most ${max} items.`);
    return [];
  }
  return items.map((item, index) => read(item, [...path, String(index)]));
}
