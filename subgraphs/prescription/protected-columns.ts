import type { ProtectedTable } from '#chassis/protection/protected-tables.ts';

// Which columns are encrypted; docs/protection.md says why these, and why not others.

export const protectedTables: readonly ProtectedTable[] = [
  {
    table: 'prescription',
    model: 'prescription',
    primaryKey: ['id'],
    boundTo: ['id'],
    fields: { statusReason: {}, instructions: {}, note: {}, signedPayload: {} },
  },
  {
    table: 'prescription_status_change',
    model: 'prescriptionStatusChange',
    primaryKey: ['prescriptionId', 'position'],
    boundTo: ['prescriptionId'],
    // A trigger writes the history.
    fields: { reason: { copyOf: 'prescription.status_reason' } },
  },
  {
    table: 'detected_issue',
    model: 'detectedIssue',
    primaryKey: ['id'],
    boundTo: ['prescriptionId', 'id'],
    fields: { detail: {}, mitigationReason: {} },
  },
  { table: 'dispense', model: 'dispense', primaryKey: ['id'], boundTo: ['prescriptionId', 'id'], fields: { statusReason: {} } },
];
