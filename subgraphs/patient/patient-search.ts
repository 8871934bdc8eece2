import { badInput } from '#chassis/errors.ts';
import type { PatientFilter } from './generated/graphql.ts';
import { nameWords } from './name-search.ts';
import type { PatientSearch } from './patient-store.ts';

/** What is searched for, in the caller's words. */
export type AskedSearch = Omit<PatientSearch, 'identifier'> & { identifier: { system: string | null; value: string } | null };

/** @throws BAD_USER_INPUT naming the field of the filter */
export function readSearch(filter: PatientFilter | null | undefined): AskedSearch {
  return {
    words: typeof filter?.name === 'string' ? readWords(filter.name) : [],
    birthDate: filter?.birthDate ?? null,
    identifier: typeof filter?.identifier === 'string' ? readToken(filter.identifier) : null,
  };
}

function readWords(name: string): string[] {
  if (name.length > 100) throw badInput('filter.name', 'must have at most 100 characters.');
  const words = nameWords(name);
  if (words.length === 0) throw badInput('filter.name', 'must contain a letter or a digit.');
  if (words.length > 5) throw badInput('filter.name', 'must have at most 5 words.');
  return words;
}

/** A FHIR token: `system|value`, or `value` in any system. */
function readToken(token: string): { system: string | null; value: string } {
  const text = token.trim();
  const bar = text.indexOf('|');
  const value = text.slice(bar + 1);
  if (text.length > 301 || value === '' || bar === 0 || text.includes('\0'))
    throw badInput('filter.identifier', 'must be `system|value` or `value`.');
  return { system: bar === -1 ? null : text.slice(0, bar), value };
}
