import type { Consent, ProxyGrant } from '../subgraphs/patient/generated/prisma/client.ts';
import { isMinor, majorityDate } from '../subgraphs/patient/calendar.ts';
import type { PatientPart, SeedAllergy, SeedPatient } from '../subgraphs/patient/seed.ts';
import { demoIds } from '../router/personas.ts';
import { dateOf, dayMs, daysAfter } from './calendar.ts';
import { familyName, givenNames, streets } from './names.ts';
import { random, type Random } from './random.ts';

/** A patient with what others need to know of them. */
export interface Person {
  readonly row: SeedPatient;
  readonly minor: boolean;
  readonly allergies: readonly SeedAllergy[];
  /** Who speaks for them: themselves, or a parent. */
  readonly speaker: string;
}

const cities = [
  { city: 'New York', state: 'NY', postalCode: '10001', timeZone: 'America/New_York' },
  { city: 'Springfield', state: 'IL', postalCode: '62701', timeZone: 'America/Chicago' },
  { city: 'Boulder', state: 'CO', postalCode: '80301', timeZone: 'America/Denver' },
  { city: 'Riverside', state: 'CA', postalCode: '92501', timeZone: 'America/Los_Angeles' },
] as const;

type Substance = Pick<SeedAllergy, 'substanceCode' | 'substanceText' | 'category' | 'type'> & { manifestation: string };

const penicillins: Substance = {
  substanceCode: 'class:penicillins',
  substanceText: 'Penicillins',
  category: 'MEDICATION',
  type: 'ALLERGY',
  manifestation: 'Urticaria',
};
const substances: readonly [Substance, ...Substance[]] = [
  penicillins,
  {
    substanceCode: 'class:sulfonamide-antibiotics',
    substanceText: 'Sulfonamide antibiotics',
    category: 'MEDICATION',
    type: 'ALLERGY',
    manifestation: 'Rash',
  },
  { substanceCode: 'class:nsaids', substanceText: 'NSAIDs', category: 'MEDICATION', type: 'INTOLERANCE', manifestation: 'Stomach pain' },
  { substanceCode: 'ingredient:codeine', substanceText: 'Codeine', category: 'MEDICATION', type: 'INTOLERANCE', manifestation: 'Nausea' },
  { substanceCode: 'ingredient:amoxicillin', substanceText: 'Amoxicillin', category: 'MEDICATION', type: 'ALLERGY', manifestation: 'Rash' },
  { substanceCode: 'other:latex', substanceText: 'Latex', category: 'OTHER', type: 'ALLERGY', manifestation: 'Contact dermatitis' },
  { substanceCode: 'other:peanut', substanceText: 'Peanut', category: 'FOOD', type: 'ALLERGY', manifestation: 'Swelling of the lips' },
  {
    substanceCode: 'other:birch-pollen',
    substanceText: 'Birch pollen',
    category: 'ENVIRONMENT',
    type: 'ALLERGY',
    manifestation: 'Sneezing',
  },
];

/**
 * The patients of one site. The first of the first site is Ada Demo, the second her child.
 * @param firstNumber how many patients the sites before have
 */
export function patientsOf(site: number, count: number, firstNumber: number, practitionerIds: readonly string[], today: Date) {
  const draw = random('patients', site);
  const part: Omit<PatientPart, 'treatingRelations' | 'pharmacyRelations'> = {
    patients: [],
    identifiers: [],
    allergies: [],
    consents: [],
    proxyGrants: [],
  };
  const people: Person[] = [];
  const children = new Map<string, number>();
  const oldEnough = dateOf(today.getUTCFullYear() - 38);

  for (let index = 0; index < count; index++) {
    const demo = site === 0 && index === 0;
    const demoChild = site === 0 && index === 1;
    const parents = people.slice(-60).filter(({ row: { id, birthDate } }) => birthDate < oldEnough && (children.get(id) ?? 0) < 3);
    const parent = demoChild ? people[0] : !demo && parents.length > 3 && draw.chance(0.18) ? draw.pick(parents) : undefined;
    const row = demo ? adaDemo(today) : patient(draw, firstNumber + index, parent?.row, today, demoChild ? ['Byron'] : undefined);
    const minor = isMinor(row.birthDate, today);
    const allergies = demo ? [allergy(draw, row, penicillins, practitionerIds[0])] : allergiesOf(draw, row, practitionerIds);
    part.patients.push(row);
    part.identifiers.push({
      system: 'https://telemedicine.example/mrn',
      value: `MRN-${String(firstNumber + index + 1).padStart(7, '0')}`,
      use: 'USUAL',
      patientId: row.id,
      position: 0,
    });
    part.allergies.push(...allergies);
    part.consents.push(...consentsOf(draw, row, demo));
    if (parent) {
      children.set(parent.row.id, (children.get(parent.row.id) ?? 0) + 1);
      part.proxyGrants.push(parentalGrant(draw, row, parent.row.id));
    }
    people.push({ row, minor, allergies, speaker: parent?.row.id ?? row.id });
  }
  part.proxyGrants.push(...endedGrants(draw, people));
  return { people, part };
}

/** What a patient is told by, in the address ranges that are kept free for examples. */
const contacts = (phone: number, email: string): string =>
  JSON.stringify([
    { system: 'PHONE', value: `+1 555 01${String(phone % 100).padStart(2, '0')}`, use: 'MOBILE' },
    { system: 'EMAIL', value: email, use: 'HOME' },
  ]);

const home = (line: string, { city, state, postalCode }: { city: string; state: string; postalCode: string }): string =>
  JSON.stringify([{ use: 'HOME', line: [line], city, state, postalCode, country: 'US' }]);

function adaDemo(today: Date): SeedPatient {
  const registeredAt = daysAfter(today, -400);
  return {
    id: demoIds.patient,
    version: 1,
    active: true,
    family: 'Demo',
    given: ['Ada'],
    gender: 'FEMALE',
    birthDate: dateOf(today.getUTCFullYear() - 41, 12, 10),
    deceased: false,
    telecom: contacts(0, 'ada.demo@example.org'),
    address: home('1 Analytical Way', cities[0]),
    preferredLanguage: 'en',
    timeZone: cities[0].timeZone,
    registeredAt,
    updatedAt: registeredAt,
  };
}

/** @param parent when given, a child of theirs, registered after them */
function patient(draw: Random, number: number, parent: SeedPatient | undefined, today: Date, called?: string[]): SeedPatient {
  const gender = draw.weighted({ FEMALE: 49, MALE: 49, OTHER: 1, UNKNOWN: 1 });
  const family = parent?.family ?? familyName(draw);
  const given = called ?? givenNames(draw, gender);
  const age = parent ? draw.whole(1, 16) : Math.floor(19 + 75 * draw.next() ** 1.4);
  const birthDate = dateOf(today.getUTCFullYear() - age - 1, draw.whole(1, 12), draw.whole(1, 28));
  const earliest = Math.max(today.getTime() - 1_000 * dayMs, birthDate.getTime(), parent?.registeredAt.getTime() ?? 0);
  const registeredAt = draw.between(earliest, today.getTime() - 90 * dayMs);
  const place = parent ? (cities.find(({ timeZone }) => timeZone === parent.timeZone) ?? cities[0]) : draw.pick(cities);
  const email = `${given[0]}.${family}.${number}@example.org`.toLowerCase();
  return {
    id: draw.id('pat', registeredAt),
    version: 1,
    active: true,
    family,
    given,
    gender,
    birthDate,
    deceased: false,
    telecom: contacts(number, email),
    address: parent?.address ?? home(`${draw.whole(1, 240)} ${draw.pick(streets)}`, place),
    preferredLanguage: draw.weighted({ en: 85, es: 12, fr: 3 }),
    timeZone: place.timeZone,
    registeredAt,
    updatedAt: registeredAt,
  };
}

function allergiesOf(draw: Random, row: SeedPatient, practitionerIds: readonly string[]): SeedAllergy[] {
  if (!draw.chance(0.4)) return [];
  const first = draw.pick(substances);
  const second = draw.pick(substances);
  const chosen = draw.chance(0.3) && second !== first ? [first, second] : [first];
  return chosen.map((substance) => allergy(draw, row, substance, draw.chance(0.6) ? draw.pick(practitionerIds) : undefined));
}

/** @param recorder the practitioner who recorded it; else the patient told it */
function allergy(draw: Random, row: SeedPatient, { manifestation, ...substance }: Substance, recorder: string | undefined): SeedAllergy {
  const recordedAt = daysAfter(row.registeredAt, draw.next() * 20);
  return {
    id: draw.id('alg', recordedAt),
    patientId: row.id,
    ...substance,
    criticality: draw.weighted({ HIGH: 30, LOW: 55, UNABLE_TO_ASSESS: 15 }),
    clinicalStatus: draw.weighted({ ACTIVE: 88, INACTIVE: 7, RESOLVED: 5 }),
    verificationStatus: recorder ? 'CONFIRMED' : 'UNCONFIRMED',
    reactions: JSON.stringify([{ manifestation, severity: draw.weighted({ MILD: 60, MODERATE: 30, SEVERE: 10 }) }]),
    onsetDate: null,
    note: null,
    recordedBy: recorder ? 'PRACTITIONER' : 'PATIENT',
    recordedByPractitionerId: recorder ?? null,
    recordedAt,
    updatedAt: recordedAt,
    ...(row.id === demoIds.patient && { criticality: 'HIGH', clinicalStatus: 'ACTIVE', note: 'As a child, after amoxicillin.' }),
  };
}

function consentsOf(draw: Random, row: SeedPatient, demo: boolean): Consent[] {
  const consent = (
    fields: Pick<Consent, 'status' | 'scope' | 'provision' | 'purposes'> & Partial<Pick<Consent, 'sensitivities'>>,
    from: Random = draw,
  ): Consent => ({
    id: from.id('con', row.registeredAt),
    patientId: row.id,
    sensitivities: [],
    practitionerId: null,
    periodStart: null,
    periodEnd: null,
    recordedAt: row.registeredAt,
    statusChangedAt: row.registeredAt,
    ...fields,
  });
  // With numbers of their own, so that all else stays as it is.
  const sensitive = random('sensitive consents', row.id);
  return [
    consent({ status: 'ACTIVE', scope: 'TREATMENT', provision: 'PERMIT', purposes: ['TREATMENT', 'PAYMENT'] }),
    ...(!demo && sensitive.chance(0.15)
      ? [
          consent(
            { status: 'ACTIVE', scope: 'PATIENT_PRIVACY', provision: 'PERMIT', purposes: ['TREATMENT'], sensitivities: ['PSYCHIATRIC'] },
            sensitive,
          ),
        ]
      : []),
    ...(demo || draw.chance(0.25)
      ? [
          consent({
            status: demo ? 'PROPOSED' : draw.weighted({ ACTIVE: 60, REJECTED: 30, PROPOSED: 10 }),
            scope: 'RESEARCH',
            provision: 'PERMIT',
            purposes: ['RESEARCH'],
          }),
        ]
      : []),
  ];
}

const parentalGrant = (draw: Random, child: SeedPatient, parentId: string): ProxyGrant => ({
  id: draw.id('prx', child.registeredAt),
  patientId: child.id,
  proxyPatientId: parentId,
  relationship: 'PARENT',
  status: 'ACTIVE',
  endsOn: majorityDate(child.birthDate),
  grantedAt: child.registeredAt,
  endedAt: null,
});

/** Proxies of adults that are over: they show in nobody's rights. */
function endedGrants(draw: Random, people: readonly Person[]): ProxyGrant[] {
  const adults = people.filter(({ minor, row }) => !minor && row.id !== demoIds.patient);
  return adults.flatMap(({ row }, index): ProxyGrant[] => {
    const other = adults[index + 1];
    if (!other || !draw.chance(0.02)) return [];
    const endedAt = daysAfter(row.registeredAt, draw.whole(5, 60));
    const relationship = draw.pick(['SPOUSE', 'SIBLING', 'CAREGIVER'] as const);
    return [
      {
        id: draw.id('prx', row.registeredAt),
        patientId: row.id,
        proxyPatientId: other.row.id,
        relationship,
        status: 'REVOKED',
        endsOn: null,
        grantedAt: row.registeredAt,
        endedAt,
      },
    ];
  });
}
