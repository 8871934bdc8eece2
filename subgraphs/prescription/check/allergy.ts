import type { CheckFacts, Finding, KnownAllergy, KnownSubstances, Severity, Substance, Therapy } from './facts.ts';

/** Classes whose members often share an allergy: an allergy to one substance warns of the others. */
const crossReactive = new Set([
  'penicillins',
  'cephalosporins',
  'sulfonamide-antibiotics',
  'nsaids',
  'fluoroquinolones',
  'macrolides',
  'tetracyclines',
  'opioids',
  'ace-inhibitors',
  'statins',
]);

/** Classes that share an allergy now and then. */
const related: readonly (readonly [string, string])[] = [['penicillins', 'cephalosporins']];

const chart = 'the allergies of the patient';
const crossSource = 'US labels of the class, warnings on hypersensitivity';

type Match = { severity: Severity; substance: Substance; reason: string; source: string };

/** Each known allergy that the draft touches: by ingredient, by class, or by a class that reacts alike; and each that cannot be checked. */
export function allergyFindings({ draft, allergies }: CheckFacts, known: KnownSubstances): Finding[] {
  return allergies.flatMap((allergy) => {
    if (!isCheckable(allergy, known)) return [unchecked(allergy, draft)];
    const matches = draft.medication.substances.flatMap((substance) => match(allergy, substance, known) ?? []);
    const worst = matches.sort((a, b) => rank(a.severity) - rank(b.severity))[0];
    return worst ? [finding(allergy, draft, worst)] : [];
  });
}

const rank = (severity: Severity): number => ['HIGH', 'MODERATE', 'LOW'].indexOf(severity);

function parts({ substanceCode }: KnownAllergy): { kind: string; name: string } {
  const separator = substanceCode.indexOf(':');
  return { kind: substanceCode.slice(0, separator), name: substanceCode.slice(separator + 1) };
}

/** Nothing of the catalogue is ever found for a code that it does not know: saying nothing would look like a passed check. */
function isCheckable(allergy: KnownAllergy, known: KnownSubstances): boolean {
  const { kind, name } = parts(allergy);
  if (kind === 'ingredient') return known.classesOf(name) !== undefined;
  return kind !== 'class' || known.hasClass(name);
}

function match(allergy: KnownAllergy, substance: Substance, known: KnownSubstances): Match | null {
  const { kind, name } = parts(allergy);
  const severe = allergy.criticality !== 'LOW';
  if (kind === 'ingredient' && name === substance.slug) {
    return { severity: 'HIGH', substance, reason: `is allergic to ${name}`, source: chart };
  }
  if (kind === 'class' && substance.classes.includes(name)) {
    return {
      severity: severe ? 'HIGH' : 'MODERATE',
      substance,
      reason: `is allergic to ${name}, to which ${substance.slug} belongs`,
      source: chart,
    };
  }
  const allergicClasses = kind === 'class' ? [name] : kind === 'ingredient' ? (known.classesOf(name) ?? []) : [];
  const shared = kind === 'ingredient' && allergicClasses.find((one) => crossReactive.has(one) && substance.classes.includes(one));
  if (shared) {
    return {
      severity: allergy.criticality === 'HIGH' ? 'HIGH' : 'MODERATE',
      substance,
      reason: `is allergic to ${name}; ${substance.slug} is one of the ${shared} too`,
      source: crossSource,
    };
  }
  const near = related.find(
    ([a, b]) =>
      (allergicClasses.includes(a) && substance.classes.includes(b)) || (allergicClasses.includes(b) && substance.classes.includes(a)),
  );
  if (near) {
    return {
      severity: allergy.criticality === 'HIGH' ? 'MODERATE' : 'LOW',
      substance,
      reason: `is allergic to ${name}; ${near.join(' and ')} sometimes share an allergy`,
      source: crossSource,
    };
  }
  return null;
}

const finding = (allergy: KnownAllergy, draft: Therapy, { severity, substance, reason, source }: Match): Finding => ({
  code: 'ALLERGY',
  severity,
  fingerprint: ['ALLERGY', severity, draft.medication.code, allergy.allergyId, allergy.substanceCode].join('|'),
  detail: `The patient ${reason}.`,
  implicated: [allergy.allergyId, substance.slug],
  source,
});

function unchecked(allergy: KnownAllergy, draft: Therapy): Finding {
  const severity = allergy.criticality === 'HIGH' ? 'HIGH' : 'MODERATE';
  const { name } = parts(allergy);
  return {
    code: 'ALLERGY',
    severity,
    fingerprint: ['ALLERGY', severity, 'UNCHECKED', draft.medication.code, allergy.allergyId, allergy.substanceCode].join('|'),
    detail: `The patient is allergic to ${name}. It could not be checked: the catalogue does not know ${allergy.substanceCode}.`,
    implicated: [allergy.allergyId, name],
    source: chart,
  };
}
