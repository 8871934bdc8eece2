import type { ProtectedTable } from '#chassis/protection/protected-tables.ts';

// Which columns are encrypted; docs/protection.md says why these, and why not others.

export const protectedTables: readonly ProtectedTable[] = [
  {
    table: 'coverage',
    model: 'coverage',
    primaryKey: ['id'],
    boundTo: ['id'],
    fields: { memberId: { index: 'memberIndex' } },
  },
  { table: 'charge_item', model: 'chargeItem', primaryKey: ['id'], boundTo: ['id'], fields: { statusReason: {} } },
  { table: 'invoice', model: 'invoice', primaryKey: ['id'], boundTo: ['id'], fields: { cancelReason: {} } },
  { table: 'refund', model: 'refund', primaryKey: ['id'], boundTo: ['id'], fields: { reason: {} } },
  { table: 'claim', model: 'claim', primaryKey: ['id'], boundTo: ['id'], fields: { disposition: {} } },
];
