import { newId } from '#chassis/ids.ts';
import { bySeverity } from './check/check.ts';
import type { Finding } from './check/facts.ts';
import type { Tx } from './context.ts';
import type { Prisma } from './generated/prisma/client.ts';
import { groupBy } from '#chassis/group-by.ts';

export type DetectedIssueRow = Prisma.DetectedIssueModel;

/** By id, also those that a later check no longer found. */
export async function findIssues(db: Tx, ids: readonly string[]): Promise<Map<string, DetectedIssueRow>> {
  const rows = await db.detectedIssue.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** By prescription: what the last check found, most severe first. */
export async function findCurrentIssues(db: Tx, prescriptionIds: readonly string[]): Promise<Map<string, DetectedIssueRow[]>> {
  const rows = await db.detectedIssue.findMany({ where: { prescriptionId: { in: [...prescriptionIds] }, resolvedAt: null } });
  return groupBy(rows.sort(bySeverity), ({ prescriptionId }) => prescriptionId);
}

/**
 * Stores what a check found in each prescription of a patient, and gives its issues. An issue found before keeps its id and its override;
 * one no longer found is closed, not deleted.
 */
export async function saveFindings(
  tx: Tx,
  patientId: string,
  findings: ReadonlyMap<string, readonly Finding[]>,
  now: Date,
): Promise<Map<string, DetectedIssueRow[]>> {
  const prescriptionIds = [...findings.keys()];
  const known = await findCurrentIssues(tx, prescriptionIds);
  const gone: string[] = [];
  const fresh: Prisma.DetectedIssueCreateManyInput[] = [];
  for (const [prescriptionId, found] of findings) {
    const before = known.get(prescriptionId) ?? [];
    const foundNow = new Set(found.map(({ fingerprint }) => fingerprint));
    const foundBefore = new Set(before.map(({ fingerprint }) => fingerprint));
    gone.push(...before.filter(({ fingerprint }) => !foundNow.has(fingerprint)).map(({ id }) => id));
    for (const { implicated, ...finding } of found) {
      if (foundBefore.has(finding.fingerprint)) continue;
      fresh.push({ ...finding, implicated: [...implicated], id: newId('iss'), prescriptionId, patientId, detectedAt: now });
    }
  }
  if (gone.length > 0) await tx.detectedIssue.updateMany({ where: { id: { in: gone } }, data: { resolvedAt: now } });
  if (fresh.length > 0) await tx.detectedIssue.createMany({ data: fresh });
  return findCurrentIssues(tx, prescriptionIds);
}

export async function mitigateIssues(
  tx: Tx,
  issues: readonly DetectedIssueRow[],
  mitigation: { reason: string; by: string; at: Date },
): Promise<void> {
  const data = { mitigationReason: mitigation.reason, mitigatedById: mitigation.by, mitigatedAt: mitigation.at };
  for (const { id, prescriptionId, patientId } of issues) await tx.detectedIssue.update({ where: { id, prescriptionId, patientId }, data });
}
