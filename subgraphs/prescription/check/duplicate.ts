import type { CheckFacts, Finding, Severity, Therapy } from './facts.ts';

/** Classes that say something else than "does the same": two of them together are no duplicate. */
const broad = new Set([
  'analgesics',
  'anticonvulsants',
  'antidiabetics',
  'antiemetics',
  'antiplatelets',
  'antiretrovirals',
  'beta-lactams',
  'corticosteroids',
  'cyp3a4-inducers',
  'cyp3a4-inhibitors',
  'insulins',
  'qt-prolonging',
  'serotonergics',
]);

/** Classes of which two at once do harm sooner. */
const grave = new Set(['opioids', 'benzodiazepines', 'anticoagulants']);

/** Each active medication with the same ingredient, or else of the same class. */
export function duplicateFindings({ draft, active }: CheckFacts): Finding[] {
  return active.flatMap((other) => {
    const shared = sharedSubstance(draft, other);
    if (shared) return [finding('MODERATE', draft, other, shared, `The patient already takes ${shared} in ${other.medication.name}.`)];
    const shares = sharedClass(draft, other);
    if (!shares) return [];
    return [
      finding(
        grave.has(shares) ? 'MODERATE' : 'LOW',
        draft,
        other,
        shares,
        `The patient already takes ${other.medication.name}, one of the ${shares} too.`,
      ),
    ];
  });
}

const sharedSubstance = (draft: Therapy, other: Therapy): string | undefined =>
  draft.medication.substances.find(({ slug }) => other.medication.substances.some((substance) => substance.slug === slug))?.slug;

function sharedClass(draft: Therapy, other: Therapy): string | undefined {
  const theirs = new Set(other.medication.substances.flatMap(({ classes }) => classes));
  const shared = draft.medication.substances.flatMap(({ classes }) => classes).filter((name) => theirs.has(name) && !broad.has(name));
  return shared.find((name) => grave.has(name)) ?? shared[0];
}

const finding = (severity: Severity, draft: Therapy, other: Therapy, what: string, detail: string): Finding => ({
  code: 'DUPLICATE_THERAPY',
  severity,
  fingerprint: ['DUPLICATE_THERAPY', severity, draft.medication.code, other.prescriptionId, what].join('|'),
  detail,
  implicated: [other.prescriptionId, what],
  source: 'the active prescriptions of the patient',
});
