import { tags, type CheckFacts, type Finding, type Therapy } from './facts.ts';

const tagsOf = (therapy: Therapy): Set<string> => new Set(therapy.medication.substances.flatMap(tags));

/** Each pair of the draft and an active medication that the interaction table names, once per row and medication. */
export function interactionFindings({ draft, active, interactions }: CheckFacts): Finding[] {
  const mine = tagsOf(draft);
  return active.flatMap((other) => {
    const theirs = tagsOf(other);
    return interactions
      .filter(({ a, b }) => (mine.has(a) && theirs.has(b)) || (mine.has(b) && theirs.has(a)))
      .map(({ a, b, severity, effect, source }) => ({
        code: 'INTERACTION' as const,
        severity,
        fingerprint: ['INTERACTION', severity, draft.medication.code, other.prescriptionId, a, b].join('|'),
        detail: `${draft.medication.name} together with ${other.medication.name}: ${effect}.`,
        implicated: [other.prescriptionId, ...[a, b].map((tag) => tag.slice(tag.indexOf(':') + 1))],
        source,
      }));
  });
}
