import { Refusal } from '#chassis/errors.ts';

/**
 * The text without spaces around it.
 * @throws Refusal INVALID_INPUT when it is empty or longer than `max`
 */
export function readText(text: string, max: number, path: string[]): string {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > max) {
    throw new Refusal('INVALID_INPUT', `${path.join('.')} must have 1 to ${max} characters.`, { path });
  }
  return trimmed;
}
