import type { BenchGraph } from './graph.ts';
import type { HealthData } from './health-data.ts';

interface Reference {
  readonly id: string;
}

const firstOf = <T>(list: readonly T[], { first }: { readonly first?: number }): readonly T[] => list.slice(0, first ?? 20);

/** Four subgraphs that lean on each other: people, visits, prescriptions, billing. */
export function healthGraph({ patients, practitioners, medications, visits, prescriptions }: HealthData): BenchGraph {
  const finder = <T extends Reference>(list: readonly T[]) => {
    const byId = new Map(list.map((entry) => [entry.id, entry]));
    return ({ id }: Reference): T | undefined => byId.get(id);
  };
  const patient = finder(patients);
  const practitioner = finder(practitioners);
  const medication = finder(medications);
  const visit = finder(visits);
  const prescription = finder(prescriptions);
  return [
    {
      name: 'people',
      types: `
        type Query { patients(first: Int): [Patient!]  patient(id: ID!): Patient  practitioners(first: Int): [Practitioner!] }
        type Patient @key(fields: "id") { id: ID!  name: String!  birthDate: String!  language: String! }
        type Practitioner @key(fields: "id") { id: ID!  name: String!  specialty: String! }`,
      resolvers: {
        Query: {
          patients: (_: unknown, args: { first?: number }) => firstOf(patients, args),
          patient: (_: unknown, args: Reference) => patient(args),
          practitioners: (_: unknown, args: { first?: number }) => firstOf(practitioners, args),
        },
        Patient: { __resolveReference: patient },
        Practitioner: { __resolveReference: practitioner },
      },
    },
    {
      name: 'visits',
      types: `
        type Query { visit(id: ID!): Visit }
        type Visit @key(fields: "id") {
          id: ID!  status: String!  reason: String!  startedAt: String!  patient: Patient  practitioner: Practitioner
        }
        type Patient @key(fields: "id") { id: ID!  visits: [Visit!] }
        type Practitioner @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { visit: (_: unknown, args: Reference) => visit(args) },
        Visit: { __resolveReference: visit },
        Patient: { __resolveReference: patient },
      },
    },
    {
      name: 'prescriptions',
      types: `
        type Query { medications(first: Int): [Medication!]  prescription(id: ID!): Prescription }
        type Medication @key(fields: "id") {
          id: ID!  name: String!  form: String!  packPriceMinor: Int  packSize: Int  prescriptions: [Prescription!]
        }
        type Prescription @key(fields: "id") {
          id: ID!  status: String!  dosage: String!  medication: Medication  visit: Visit  patient: Patient  prescriber: Practitioner
        }
        type Visit @key(fields: "id") { id: ID!  prescriptions: [Prescription!] }
        type Patient @key(fields: "id") { id: ID! }
        type Practitioner @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          medications: (_: unknown, args: { first?: number }) => firstOf(medications, args),
          prescription: (_: unknown, args: Reference) => prescription(args),
        },
        Medication: { __resolveReference: medication },
        Prescription: { __resolveReference: prescription },
        Visit: { __resolveReference: visit },
      },
    },
    {
      name: 'billing',
      types: `
        type Medication @key(fields: "id") {
          id: ID!  packPriceMinor: Int @external  packSize: Int @external
          inFormulary: Boolean!  copayMinor: Int @requires(fields: "packPriceMinor packSize")
        }
        type Patient @key(fields: "id") { id: ID!  coverage: Coverage }
        type Coverage { payer: String!  plan: String! }`,
      resolvers: {
        Medication: {
          // What the router sends is all that this service knows of the price.
          __resolveReference: (representation: Reference) => representation,
          inFormulary: ({ id }: Reference) => Number(id.slice(-1)) % 3 !== 0,
          copayMinor: (entity: { packPriceMinor: number; packSize: number }) =>
            Math.round((entity.packPriceMinor * 30) / entity.packSize / 4),
        },
        Patient: { __resolveReference: patient },
      },
    },
  ];
}

/** Two root fields; entities nested five deep, back and forth between the four subgraphs. The same people and medicines come up again and again. */
export const wardQuery = `
  query Ward($patients: Int = 6, $medications: Int = 9) {
    patients(first: $patients) {
      ...person
      visits { ...visit prescriptions { ...prescription medication { ...medicine prescriptions { ...prescription patient { ...person visits { ...visit } } } } } }
    }
    medications(first: $medications) {
      ...medicine
      prescriptions {
        ...prescription
        patient { ...person visits { ...visit prescriptions { ...prescription medication { ...medicine } } } }
      }
    }
  }
  fragment person on Patient { id name birthDate language coverage { payer plan } }
  fragment staff on Practitioner { id name specialty }
  fragment visit on Visit { id status reason startedAt practitioner { ...staff } }
  fragment prescription on Prescription { id status dosage prescriber { ...staff } }
  fragment medicine on Medication { id name form inFormulary copayMinor }`;

/** One list of any length, through all four subgraphs. */
export const cohortQuery = `
  query Cohort($patients: Int!) {
    patients(first: $patients) {
      id name birthDate coverage { payer plan }
      visits { id status startedAt practitioner { name } prescriptions { id dosage medication { name } } }
    }
  }`;
