import { prescriptionAccess } from './access.ts';
import type { PrescriptionContext } from './context.ts';
import type { DetectedIssueRow } from './detected-issue-store.ts';
import type { PrescriptionRow } from './prescription-store.ts';

// A prescription that a caller sees may speak of another one that is hidden from them: an issue found with it, a text under a
// signature, a reason. The check is made against everything that the patient takes, and who prescribes is always warned; what they
// are warned of is said only as far as they may see it. Consent or break-glass show the rest.

const prescriptionId = /rx_[0-9a-z]{26}/g;

/** Of prescriptions that are named in a text: those that the caller does not see. */
async function hiddenIn(context: PrescriptionContext, text: string): Promise<ReadonlySet<string>> {
  const named = [...new Set(text.match(prescriptionId))];
  const hidden = await Promise.all(
    named.map(async (id) => {
      const prescription = await context.prescriptions.load(id);
      return prescription && (await prescriptionAccess.sees(context, prescription)) ? [] : [id];
    }),
  );
  return new Set(hidden.flat());
}

const warnings: Readonly<Record<DetectedIssueRow['code'], string>> = {
  ALLERGY: 'The patient is allergic to it.',
  INTERACTION: 'It interacts with an active medication that you may not see.',
  DUPLICATE_THERAPY: 'The patient already takes a medication like it, one that you may not see.',
  DOSE: 'The daily dose is above the limit for adults together with an active medication that you may not see.',
};

export type ShownIssue = Pick<DetectedIssueRow, 'detail' | 'implicated' | 'source'>;

/** What is said of an issue: all, or a warning that names neither the hidden medication nor what it consists of. */
export async function shownIssue(context: PrescriptionContext, issue: DetectedIssueRow): Promise<ShownIssue> {
  if ((await hiddenIn(context, issue.implicated.join(' '))).size === 0) return issue;
  return { detail: warnings[issue.code], implicated: [], source: 'the active prescriptions of the patient' };
}

/** The text under a signature, if all that it names may be seen. It cannot be shown in part: the signature is over all of it. */
export async function shownPayload(context: PrescriptionContext, { id, signedPayload }: PrescriptionRow): Promise<string | null> {
  const hidden = await hiddenIn(context, (signedPayload ?? '').replaceAll(id, ''));
  return hidden.size === 0 ? signedPayload : null;
}

/** A reason; ids of hidden prescriptions in it are left out. */
export async function shownReason(context: PrescriptionContext, reason: string | null): Promise<string | null> {
  const hidden = reason === null ? new Set<string>() : await hiddenIn(context, reason);
  return [...hidden].reduce<string | null>((text, id) => text?.replaceAll(id, 'another prescription') ?? null, reason);
}
