import type { ProtectedTable } from '#chassis/protection/protected-tables.ts';

// Which columns are encrypted; docs/protection.md says why these, and why not others.

export const protectedTables: readonly ProtectedTable[] = [
  { table: 'appointment', model: 'appointment', primaryKey: ['id'], boundTo: ['id'], fields: { reason: {}, cancelNote: {} } },
];
