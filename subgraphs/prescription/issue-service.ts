import { notFound, Refusal } from '#chassis/errors.ts';
import { mutate } from '#chassis/mutation.ts';
import { issueAccess, practitionerOf } from './access.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import { findCurrentIssues, findIssues, mitigateIssues, type DetectedIssueRow } from './detected-issue-store.ts';
import { assertDraft } from './draft-service.ts';
import type { OverrideDetectedIssueInput } from './generated/graphql.ts';
import { assertReason } from './prescription-rules.ts';
import { blocksSigning, mayComeIntoForce } from './open-issues.ts';
import { assertMay, changeable, notAllowed, reload } from './prescription-step.ts';
import { seenPrescription } from './prescription-service.ts';

export async function overrideDetectedIssue(context: PrescriptionContext, input: OverrideDetectedIssueInput) {
  const outcome = await mutate(context, 'overrideDetectedIssue', input, async (tx: Tx) => {
    const by = practitionerOf(context.caller);
    if (!by) throw notAllowed('Only a practitioner may accept the risk of an issue.');
    const reason = assertReason(input.reason);
    const { prescriptionId, issueId } = await target(tx, input);
    const named = issueId ? issueNamed : { noun: 'prescription', path: ['prescriptionId'] };
    const prescription = await changeable(context, tx, prescriptionId, named);
    await assertMay(context, tx, 'overrideDetectedIssue', prescription, 'Only who wrote the draft may change it.');
    if (!mayComeIntoForce(prescription)) assertDraft(prescription);
    const current = (await findCurrentIssues(tx, [prescriptionId])).get(prescriptionId) ?? [];
    const issues = toOverride(current, issueId);
    await mitigateIssues(tx, issues, { reason, by, at: context.now() });
    return { prescriptionId, issueIds: issues.map(({ id }) => id) };
  });
  if (!outcome.ok) return { prescription: null, detectedIssues: [], userErrors: outcome.userErrors };
  const { prescriptionId, issueIds } = outcome.result;
  const prescription = await reload(context, prescriptionId);
  for (const id of issueIds) context.issues.clear(id);
  const detectedIssues = await Promise.all(issueIds.map((id) => seenIssue(context, id)));
  return { prescription, detectedIssues: detectedIssues.filter((issue) => issue !== null), userErrors: [] };
}

/** How the caller named the issue. */
const issueNamed = { noun: 'detected issue', path: ['detectedIssueId'] };

async function target(
  tx: Tx,
  { detectedIssueId, prescriptionId }: OverrideDetectedIssueInput,
): Promise<{ prescriptionId: string; issueId: string | null }> {
  if (detectedIssueId && !prescriptionId) {
    const issue = (await findIssues(tx, [detectedIssueId])).get(detectedIssueId);
    if (!issue) throw notFound(issueNamed.noun, issueNamed.path);
    return { prescriptionId: issue.prescriptionId, issueId: issue.id };
  }
  if (prescriptionId && !detectedIssueId) return { prescriptionId, issueId: null };
  throw new Refusal('INVALID_INPUT', 'Give either detectedIssueId or prescriptionId.', { path: ['detectedIssueId'] });
}

function toOverride(current: readonly DetectedIssueRow[], issueId: string | null): DetectedIssueRow[] {
  if (issueId === null) {
    const open = current.filter(blocksSigning);
    if (open.length === 0)
      throw new Refusal('CONFLICT', 'The prescription has no open issue of high severity.', { path: ['prescriptionId'] });
    return open;
  }
  const issue = current.find(({ id }) => id === issueId);
  if (!issue) throw new Refusal('CONFLICT', 'The last check no longer found this issue.', { path: ['detectedIssueId'] });
  if (issue.mitigatedAt) throw new Refusal('CONFLICT', 'The issue was overridden already.', { path: ['detectedIssueId'] });
  return [issue];
}

/** The issue, when the caller may see it and its prescription. */
export async function seenIssue(context: PrescriptionContext, id: string): Promise<DetectedIssueRow | null> {
  const issue = await context.issues.load(id);
  return issue && (await seenPrescription(context, issue.prescriptionId)) ? issueAccess.visible(context, issue) : null;
}
