import { allergyFindings } from './allergy.ts';
import { doseFindings } from './dose.ts';
import { duplicateFindings } from './duplicate.ts';
import type { CheckFacts, Finding, KnownSubstances, Severity } from './facts.ts';
import { interactionFindings } from './interaction.ts';

const severities: readonly Severity[] = ['HIGH', 'MODERATE', 'LOW'];

/** Most severe first, then in an order that does not change. */
export const bySeverity = (a: { severity: Severity; fingerprint: string }, b: { severity: Severity; fingerprint: string }): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.fingerprint < b.fingerprint ? -1 : 1);

/**
 * Everything about a draft that may harm the patient, most severe first, each issue once. Allergies by ingredient and
 * class, interactions with active medications, duplicate therapy, daily dose.
 */
export function checkPrescription(facts: CheckFacts, known: KnownSubstances): Finding[] {
  const findings = [...allergyFindings(facts, known), ...interactionFindings(facts), ...duplicateFindings(facts), ...doseFindings(facts)];
  return [...new Map(findings.map((finding) => [finding.fingerprint, finding])).values()].sort(bySeverity);
}
