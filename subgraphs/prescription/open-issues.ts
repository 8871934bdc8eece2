import { Refusal, type UserError } from '#chassis/errors.ts';
import { unitOfWork, type Outcome } from '#chassis/mutation.ts';
import { recheck } from './check-service.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import type { DetectedIssueRow } from './detected-issue-store.ts';
import { medicationOf } from './medication-store.ts';
import { reload } from './prescription-step.ts';
import { lockPrescription, updatePrescriptionRow, type PrescriptionRow } from './prescription-store.ts';

export const blocksSigning = ({ severity, mitigatedAt }: DetectedIssueRow): boolean => severity === 'HIGH' && mitigatedAt === null;

/** A prescription about to come into force, by a signature or after a pause: only for it may a risk be accepted. */
export const mayComeIntoForce = ({ status }: PrescriptionRow): boolean => status === 'DRAFT' || status === 'ON_HOLD';

/**
 * The message is kept with the idempotency key, so it says nothing of the patient: the issues themselves do.
 * @throws Refusal DETECTED_ISSUE_OPEN when an issue of high severity has no override
 */
export function assertNothingOpen(issues: readonly DetectedIssueRow[]): void {
  const open = issues.filter(blocksSigning);
  if (open.length === 0) return;
  const codes = [...new Set(open.map(({ code }) => code))].sort().join(', ');
  throw new Refusal(
    'DETECTED_ISSUE_OPEN',
    `Open issues of high severity: ${open.length} (${codes}). Read detectedIssues; override each with a reason, or prescribe something else.`,
    { path: ['prescriptionId'] },
  );
}

/** The answer to a step that open issues may refuse: then the prescription comes along with them, to be overridden. */
export async function answerWithIssues(
  context: PrescriptionContext,
  prescriptionId: string,
  outcome: Outcome<{ prescriptionId: string }>,
): Promise<{ prescription: PrescriptionRow | null; userErrors: UserError[] }> {
  if (outcome.ok) return { prescription: await reload(context, outcome.result.prescriptionId), userErrors: [] };
  const { userErrors } = outcome;
  const isOpenIssue = userErrors.some(({ code }) => code === 'DETECTED_ISSUE_OPEN');
  if (!isOpenIssue || !(await reload(context, prescriptionId))) return { prescription: null, userErrors };
  await keepFindings(context, prescriptionId);
  return { prescription: await reload(context, prescriptionId), userErrors };
}

/** The refusal undid what the check found; it is stored here, so that the prescriber can see and override it. */
async function keepFindings(context: PrescriptionContext, prescriptionId: string): Promise<void> {
  await unitOfWork(context, async (tx: Tx) => {
    const prescription = await lockPrescription(tx, prescriptionId);
    if (!prescription || !mayComeIntoForce(prescription)) return;
    const now = context.now();
    await recheck(tx, prescription, await medicationOf(tx, prescription), now);
    await updatePrescriptionRow(tx, prescription, { checkedAt: now, updatedAt: now });
  });
}
