// Many different small operations on the ward graph, always the same ones.

interface TypeShape {
  readonly scalars: readonly string[];
  readonly links: Readonly<Record<string, string>>;
}

const shapes: Readonly<Record<string, TypeShape>> = {
  Patient: { scalars: ['id', 'name', 'birthDate', 'language', 'coverage { payer plan }', 'coverage { plan }'], links: { visits: 'Visit' } },
  Practitioner: { scalars: ['id', 'name', 'specialty'], links: {} },
  Visit: {
    scalars: ['id', 'status', 'reason', 'startedAt'],
    links: { patient: 'Patient', practitioner: 'Practitioner', prescriptions: 'Prescription' },
  },
  Prescription: {
    scalars: ['id', 'status', 'dosage'],
    links: { medication: 'Medication', visit: 'Visit', patient: 'Patient', prescriber: 'Practitioner' },
  },
  Medication: {
    scalars: ['id', 'name', 'form', 'packSize', 'packPriceMinor', 'inFormulary', 'copayMinor'],
    links: { prescriptions: 'Prescription' },
  },
};

const roots: readonly (readonly [string, string])[] = [
  ['patients(first: 3)', 'Patient'],
  ['patients(first: 6)', 'Patient'],
  ['patient(id: "pat_2")', 'Patient'],
  ['practitioners(first: 4)', 'Practitioner'],
  ['visit(id: "vis_5")', 'Visit'],
  ['prescription(id: "rx_7")', 'Prescription'],
  ['medications(first: 3)', 'Medication'],
];

/** @returns as many different documents as asked for */
export function mixedDocuments(count: number): readonly string[] {
  const random = randomNumbers(20260504);
  const documents = new Set<string>();
  while (documents.size < count) {
    const [[first, firstType], [second, secondType]] = [pick(roots, random), pick(roots, random)];
    const selections = [`a: ${first} ${selectionOn(firstType, 4, random)}`];
    if (random() < 0.3) selections.push(`b: ${second} ${selectionOn(secondType, 3, random)}`);
    documents.add(`{ ${selections.join(' ')} }`);
  }
  return [...documents].map((selections, index) => `query Mixed${index} ${selections}`);
}

function selectionOn(typeName: string, depth: number, random: () => number): string {
  const { scalars, links } = shapes[typeName] ?? { scalars: ['__typename'], links: {} };
  const chosen = scalars.filter(() => random() < 0.5);
  // The two selections of `coverage` would merge; one of them is enough.
  const fields = new Map(chosen.map((field) => [field.split(' ')[0] ?? field, field]));
  if (fields.size === 0) fields.set('id', 'id');
  if (depth > 1)
    for (const [link, target] of Object.entries(links))
      if (random() < 0.45) fields.set(link, `${link} ${selectionOn(target, depth - 1, random)}`);
  return `{ ${[...fields.values()].join(' ')} }`;
}

function pick<T>(list: readonly T[], random: () => number): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}

/** The same numbers from 0 to 1 on every machine (a linear congruential generator). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
