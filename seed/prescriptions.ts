import { joinSensitivities } from '#chassis/sensitivities.ts';
import { ingredients } from '../subgraphs/prescription/catalogue/ingredients.ts';
import { interactions } from '../subgraphs/prescription/catalogue/interactions.ts';
import { medications } from '../subgraphs/prescription/catalogue/medications.ts';
import { demoPharmacies } from '../subgraphs/prescription/catalogue/pharmacies.ts';
import { sensitivitiesOf } from '../subgraphs/prescription/catalogue/sensitivities.ts';
import { stableId } from '../subgraphs/prescription/catalogue/stable-id.ts';
import { checkPrescription } from '../subgraphs/prescription/check/check.ts';
import { knownSubstances, type Finding, type KnownAllergy, type Therapy } from '../subgraphs/prescription/check/facts.ts';
import type { PatientAllergy, Pharmacy } from '../subgraphs/prescription/generated/prisma/client.ts';
import { validUntil } from '../subgraphs/prescription/prescription-rules.ts';
import type { PrescriptionPart, SeedPrescription } from '../subgraphs/prescription/seed.ts';
import { demoIds } from '../router/personas.ts';
import type { Course } from './appointments.ts';
import { daysAfter, hourMs, minutesAfter } from './calendar.ts';
import type { Person } from './patients.ts';
import { random, type Random } from './random.ts';
import { regimensFor, type Regimen } from './therapies.ts';
import type { Call } from './visits.ts';

/** The pharmacy of the demo people, beside those that the catalogue brings. */
export const demoPharmacy = (since: Date): Pharmacy => ({
  id: demoIds.pharmacy,
  ncpdpId: '0010099',
  name: 'Example Pharmacy',
  city: 'New York',
  state: 'NY',
  capabilities: ['NEW', 'REFILL', 'CHANGE', 'CANCEL', 'CONTROLLED'],
  createdAt: since,
});

const pharmacies = demoPharmacies.filter(({ capabilities }) => capabilities.includes('REFILL')).map(({ id }) => id);
const catalogue = new Map(medications.map((medication) => [medication.code, { ...medication, id: stableId('med', medication.code) }]));
const substances = new Map(ingredients.map((ingredient) => [ingredient.slug, ingredient]));
const catalogued = knownSubstances(ingredients);

type Rows = Pick<PrescriptionPart, 'prescriptions' | 'detectedIssues' | 'dispenses'>;

/** What the prescription service knows of a patient's allergies: `counts` is its own rule on the events of the chart. */
export const knownAllergies = (person: Person): PatientAllergy[] =>
  person.allergies.map(({ id, patientId, substanceCode, criticality, clinicalStatus, verificationStatus }) => ({
    allergyId: id,
    patientId,
    substanceCode,
    criticality,
    counts: clinicalStatus === 'ACTIVE' && verificationStatus !== 'REFUTED' && verificationStatus !== 'ENTERED_IN_ERROR',
  }));

const scripts: Readonly<Record<string, readonly { regimen: Regimen; ending: 'ACTIVE' | 'COMPLETED' | 'DRAFT' }[]>> = {
  'first visit': [
    { regimen: find('FAMILY_MEDICINE', 'rx-lisinopril-10mg-tablet'), ending: 'ACTIVE' },
    { regimen: find('FAMILY_MEDICINE', 'rx-cetirizine-10mg-tablet'), ending: 'COMPLETED' },
  ],
  'psychiatry hour': [{ regimen: find('PSYCHIATRY', 'rx-escitalopram-10mg-tablet'), ending: 'ACTIVE' }],
  'second visit': [
    { regimen: find('ENDOCRINOLOGY', 'rx-metformin-500mg-tablet'), ending: 'ACTIVE' },
    // The check finds the allergy: a draft that waits for a decision.
    { regimen: find('FAMILY_MEDICINE', 'rx-amoxicillin-500mg-capsule'), ending: 'DRAFT' },
  ],
};

function find(specialty: 'FAMILY_MEDICINE' | 'ENDOCRINOLOGY' | 'PSYCHIATRY', code: string): Regimen {
  const regimen = regimensFor(specialty, false).find((known) => known.code === code);
  if (!regimen) throw new RangeError(`there is no regimen with ${code}`);
  return regimen;
}

/** What was written in the calls of one site, in the order of time. Nothing was signed that the check of the service objects to. */
export function prescriptionsOf(site: number, calls: readonly Call[], today: Date): Rows {
  const draw = random('prescriptions', site);
  const rows: Rows = { prescriptions: [], detectedIssues: [], dispenses: [] };
  const active = new Map<string, Therapy[]>();
  const inOrder = calls
    .filter(({ booking }) => booking.course)
    .sort((a, b) => a.row.plannedStartAt.getTime() - b.row.plannedStartAt.getTime());
  for (const call of inOrder) {
    const { doctor, person, course, script } = call.booking;
    if (!course) continue;
    const therapies = active.get(call.row.patientId) ?? [];
    active.set(call.row.patientId, therapies);
    const allergies = knownAllergies(person).filter(({ counts }) => counts);
    const write = (regimen: Regimen, ending: Ending) =>
      prescribe({ draw, rows, call, course, therapies, allergies, today }, regimen, ending);
    const own = script === null ? undefined : scripts[script];
    for (const { regimen, ending } of own ?? []) write(regimen, ending);
    if (own || !draw.chance(0.55)) continue;
    const regimen = draw.pick(regimensFor(doctor.row.specialty, person.minor));
    write(
      regimen,
      draw.weighted<Ending>(
        regimen.refills > 0
          ? { ACTIVE: 82, STOPPED: 7, ON_HOLD: 4, CANCELLED: 3, DRAFT: 4, COMPLETED: 0 }
          : { COMPLETED: 70, ACTIVE: 22, CANCELLED: 3, DRAFT: 5, STOPPED: 0, ON_HOLD: 0 },
      ),
    );
  }
  return rows;
}

type Ending = 'ACTIVE' | 'COMPLETED' | 'DRAFT' | 'STOPPED' | 'ON_HOLD' | 'CANCELLED';

interface Desk {
  draw: Random;
  rows: Rows;
  call: Call;
  course: Course;
  /** What the patient takes so far; what is prescribed now joins it. */
  therapies: Therapy[];
  allergies: readonly KnownAllergy[];
  today: Date;
}

function prescribe(
  { draw, rows, call: { row: visit }, course, therapies, allergies, today }: Desk,
  regimen: Regimen,
  ending: Ending,
): void {
  const medication = catalogue.get(regimen.code);
  if (!medication) throw new RangeError(`the catalogue has no ${regimen.code}`);
  const { code, ...content } = regimen;
  const createdAt = minutesAfter(course.admittedAt, 4 + (rows.prescriptions.at(-1)?.visitId === visit.id ? 1 : 0));
  const id = draw.id('rx', createdAt);
  const therapy: Therapy = {
    prescriptionId: id,
    medication: { code, name: medication.name, substances: medication.composition.map(substance) },
    dose: { ...content, doseUnit: medication.doseUnit },
  };
  const findings = checkPrescription({ draft: therapy, active: therapies, allergies, interactions }, catalogued);
  if (findings.length > 0 && ending !== 'DRAFT') return;
  const signedAt = ending === 'DRAFT' ? null : minutesAfter(createdAt, 3);
  const demo = visit.patientId === demoIds.patient;
  const prescription: SeedPrescription = {
    id,
    status: ending,
    statusReason: null,
    patientId: visit.patientId,
    practitionerId: visit.practitionerId,
    visitId: visit.id,
    medicationId: medication.id,
    sensitivities: joinSensitivities(sensitivitiesOf(medication.composition), visit.sensitivities),
    ...content,
    doseUnit: medication.doseUnit,
    note: null,
    pharmacyId: demo ? demoIds.pharmacy : draw.pick(pharmacies),
    priorPrescriptionId: null,
    checkedAt: signedAt ?? createdAt,
    signedAt,
    signedById: signedAt && visit.practitionerId,
    validUntil: signedAt && validUntil(signedAt, medication.schedule),
    createdAt,
    updatedAt: signedAt ?? createdAt,
  };
  if (signedAt) {
    therapies.push(therapy);
    end(draw, rows, prescription, signedAt, today);
  }
  rows.prescriptions.push(prescription);
  rows.detectedIssues.push(...findings.map((finding) => issue(draw, prescription, finding)));
}

const substance = ({ slug, micrograms }: { slug: string; micrograms: number | null }): Therapy['medication']['substances'][number] => {
  const known = substances.get(slug);
  if (!known) throw new RangeError(`the catalogue has no substance ${slug}`);
  const { name, classes, maxDailyMg } = known;
  return {
    slug,
    name,
    classes,
    micrograms: micrograms === null ? null : BigInt(micrograms),
    maxDailyMicrograms: maxDailyMg === null ? null : BigInt(Math.round(maxDailyMg * 1000)),
    maxDailySource: null,
  };
};

const issue = (
  draw: Random,
  { id, patientId, createdAt }: SeedPrescription,
  { implicated, ...finding }: Finding,
): Rows['detectedIssues'][number] => ({
  id: draw.id('iss', createdAt),
  prescriptionId: id,
  patientId,
  ...finding,
  implicated: [...implicated],
  detectedAt: createdAt,
  resolvedAt: null,
  mitigationReason: null,
  mitigatedById: null,
  mitigatedAt: null,
});

const reasons: Partial<Record<SeedPrescription['status'], string>> = {
  STOPPED: 'Not tolerated: dizziness.',
  ON_HOLD: 'On hold until the laboratory results are in.',
  CANCELLED: 'Written for the wrong strength.',
};

/** What the pharmacy did, and how it ended. What would have happened only after today has not: the prescription is active still. */
function end(draw: Random, rows: Rows, prescription: SeedPrescription, signedAt: Date, today: Date): void {
  const preparedAt = minutesAfter(signedAt, draw.whole(20, 180));
  const handedOverAt = new Date(preparedAt.getTime() + draw.whole(1, 20) * hourMs);
  const settle = (at: Date) => {
    if (at < today) return Object.assign(prescription, { updatedAt: at, statusReason: reasons[prescription.status] ?? null });
    return Object.assign(prescription, { status: 'ACTIVE' });
  };
  const dispense = (status: 'COMPLETED' | 'PREPARATION', at: Date) =>
    rows.dispenses.push({
      id: draw.id('dsp', at),
      prescriptionId: prescription.id,
      patientId: prescription.patientId,
      pharmacyId: prescription.pharmacyId ?? demoIds.pharmacy,
      status,
      statusReason: null,
      quantity: prescription.quantity,
      preparedAt: at,
      handedOverAt: status === 'COMPLETED' ? handedOverAt : null,
    });
  switch (prescription.status) {
    case 'CANCELLED':
      settle(minutesAfter(signedAt, 30));
      return;
    case 'COMPLETED':
      if (handedOverAt < today) dispense('COMPLETED', preparedAt);
      settle(handedOverAt);
      return;
    default:
      // All that was prescribed is not handed over, or it would be COMPLETED.
      if (prescription.refills > 0 && handedOverAt < today) dispense('COMPLETED', preparedAt);
      else if (preparedAt < today && draw.chance(0.5)) dispense('PREPARATION', preparedAt);
      if (prescription.status !== 'ACTIVE') settle(daysAfter(handedOverAt, draw.whole(1, 6)));
  }
}
