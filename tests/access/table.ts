import { readFileSync } from 'node:fs';
import type { Person } from './people.ts';

// Reads docs/access-matrix.md: what is expected is what people read there.

const roles = ['patient', 'practitioner', 'front desk', 'biller', 'pharmacy', 'payer', 'privacy officer', 'system'] as const;
type RoleColumn = (typeof roles)[number];

/** What a word in a column says: which of the people of that role it means. */
const words: Readonly<Record<RoleColumn, Readonly<Record<string, readonly Person[]>>>> = {
  patient: { all: ['patient', 'proxy', 'other patient'], own: ['patient', 'proxy'], self: ['patient'], former: ['other patient'] },
  practitioner: {
    all: ['own practitioner', 'treating practitioner', 'care team practitioner', 'emergency practitioner', 'strange practitioner'],
    treated: ['own practitioner', 'treating practitioner', 'care team practitioner'],
    emergency: ['emergency practitioner'],
    own: ['own practitioner'],
    'care team': ['care team practitioner'],
    'with them': ['treating practitioner'],
  },
  'front desk': { all: ['front desk'] },
  biller: { all: ['biller'] },
  pharmacy: { all: ['pharmacy', 'other pharmacy'], routed: ['pharmacy'] },
  payer: { all: ['payer', 'other payer'], addressed: ['payer'] },
  'privacy officer': { all: ['privacy officer'] },
  system: { all: ['system'] },
};

export interface Row {
  readonly name: string;
  readonly whoSees: ReadonlySet<Person>;
}

export interface AccessTable {
  readonly rows: readonly Row[];
  /** The row of a field; a thing's variant may have one of its own. */
  rowOf(type: string, field: string, variant?: string): Row | undefined;
  sees(person: Person, type: string, field: string, variant?: string): boolean;
  /** `Type.field` as often as the page names it, variants left out. */
  readonly named: readonly string[];
  /** Rows that have fields. */
  readonly used: ReadonlySet<Row>;
}

/** @throws when the page says something that is not a row, a word, a field list */
export function readAccessTable(file = new URL('../../docs/access-matrix.md', import.meta.url)): AccessTable {
  const rows = new Map<string, Row>();
  const fields = new Map<string, Row>();
  const named: string[] = [];
  for (const [header, ...body] of tablesIn(readFileSync(file, 'utf8'))) {
    if (header?.[0] === 'what') {
      if (header.slice(1).join() !== roles.join())
        throw new Error(`the columns are ${roles.join(', ')}, not ${header.slice(1).join(', ')}`);
      for (const [name = '', ...cells] of body) {
        if (rows.has(name)) throw new Error(`two rows are called "${name}"`);
        rows.set(name, { name, whoSees: new Set(cells.flatMap((word, index) => peopleOf(roles[index] as RoleColumn, word, name))) });
      }
    }
    if (header?.[0] === 'row')
      for (const [name = '', list = ''] of body) {
        const row = rows.get(name);
        if (!row) throw new Error(`no row is called "${name}"`);
        for (const key of keysOf(list)) {
          if (fields.has(key)) throw new Error(`${key} is in two rows`);
          fields.set(key, row);
          if (!key.includes('[')) named.push(key);
        }
      }
  }
  const rowOf = (type: string, field: string, variant = ''): Row | undefined => {
    const special = variant && (fields.get(`${type}[${variant}].${field}`) ?? fields.get(`${type}[${variant}].*`));
    return special || fields.get(`${type}.${field}`);
  };
  return {
    rows: [...rows.values()],
    named,
    used: new Set(fields.values()),
    rowOf,
    sees: (person, type, field, variant) => rowOf(type, field, variant)?.whoSees.has(person) ?? false,
  };
}

function peopleOf(role: RoleColumn, cell: string, row: string): readonly Person[] {
  if (cell === '—') return [];
  return cell.split(', ').flatMap((word) => {
    const known = words[role][word];
    if (!known) throw new Error(`"${word}" means nothing for a ${role}, in the row "${row}"`);
    return known;
  });
}

/** "Visit: id, status; Visit[open]: *" is `Visit.id`, `Visit.status`, `Visit[open].*`. */
const keysOf = (list: string): string[] =>
  list.split('; ').flatMap((part) => {
    const [type = '', names = ''] = part.replaceAll('`', '').split(': ');
    return names.split(', ').map((name) => `${type}.${name}`);
  });

function tablesIn(markdown: string): string[][][] {
  const tables: string[][][] = [];
  let inTable = false;
  for (const line of markdown.split('\n')) {
    if (!line.startsWith('|')) inTable = false;
    else if (!/^\|[ |:-]+\|$/.test(line)) {
      if (!inTable) tables.push([]);
      tables.at(-1)?.push(
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      );
      inTable = true;
    }
  }
  return tables;
}
