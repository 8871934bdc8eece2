import type { ProtectedTable } from '#chassis/protection/protected-tables.ts';

// Which columns are encrypted; docs/protection.md says why these, and why not others.

export const protectedTables: readonly ProtectedTable[] = [
  {
    table: 'clinical_note',
    model: 'clinicalNote',
    primaryKey: ['id'],
    boundTo: ['id'],
    fields: { subjective: {}, objective: {}, assessment: {}, plan: {} },
  },
  { table: 'note_addendum', model: 'noteAddendum', primaryKey: ['id'], boundTo: ['noteId', 'id'], fields: { text: {} } },
];
