import type { ProtectedTable } from '#chassis/protection/protected-tables.ts';

// Which columns are encrypted; docs/protection.md says why these, and why not others.

export const identifierTable: ProtectedTable = {
  table: 'patient_identifier',
  model: 'patientIdentifier',
  primaryKey: ['patientId', 'position'],
  boundTo: ['position', 'system'],
  fields: { value: { index: 'valueIndex' } },
};

export const allergyTable: ProtectedTable = {
  table: 'allergy_intolerance',
  model: 'allergyIntolerance',
  primaryKey: ['id'],
  boundTo: ['id'],
  fields: { substanceText: {}, reactions: {}, note: {} },
};

const breakGlassTable: ProtectedTable = {
  table: 'break_glass',
  model: 'breakGlass',
  primaryKey: ['id'],
  boundTo: ['id'],
  fields: { reason: {} },
};

export const protectedTables: readonly ProtectedTable[] = [identifierTable, allergyTable, breakGlassTable];
