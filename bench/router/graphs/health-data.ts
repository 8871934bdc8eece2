/** Linked objects, as a monolith would hold them; each subgraph shows its own fields of them. */
export interface Patient {
  readonly id: string;
  readonly name: string;
  readonly birthDate: string;
  readonly language: string;
  readonly visits: Visit[];
  readonly coverage: { readonly payer: string; readonly plan: string };
}

export interface Practitioner {
  readonly id: string;
  readonly name: string;
  readonly specialty: string;
}

export interface Visit {
  readonly id: string;
  readonly status: string;
  readonly reason: string;
  readonly startedAt: string;
  readonly patient: Patient;
  readonly practitioner: Practitioner;
  readonly prescriptions: Prescription[];
}

export interface Medication {
  readonly id: string;
  readonly name: string;
  readonly form: string;
  readonly packPriceMinor: number;
  readonly packSize: number;
  readonly prescriptions: Prescription[];
}

export interface Prescription {
  readonly id: string;
  readonly status: string;
  readonly dosage: string;
  readonly medication: Medication;
  readonly visit: Visit;
  readonly patient: Patient;
  readonly prescriber: Practitioner;
}

export interface HealthData {
  readonly patients: readonly Patient[];
  readonly practitioners: readonly Practitioner[];
  readonly medications: readonly Medication[];
  readonly visits: readonly Visit[];
  readonly prescriptions: readonly Prescription[];
}

const firstNames = ['Ada', 'Bela', 'Chidi', 'Dana', 'Emre', 'Farah', 'Goran', 'Hana'];
const lastNames = ['Example', 'Sample', 'Muster', 'Demo', 'Probe'];
const languages = ['en', 'de', 'fr', 'tr'];
const specialties = ['General practice', 'Dermatology', 'Cardiology', 'Psychiatry'];
const reasons = ['Follow-up of blood pressure', 'Rash on both arms', 'Sleep has been poor for weeks', 'Renewal of a prescription'];
const medicines = [
  'Amoxicillin',
  'Metformin',
  'Ramipril',
  'Sertraline',
  'Atorvastatin',
  'Salbutamol',
  'Ibuprofen',
  'Omeprazole',
  'Cetirizine',
];
const dosages = ['1 tablet in the morning', '1 tablet twice a day', '2 puffs when needed'];

/**
 * Deterministic. Patients take turns at visits, visits at prescriptions, so lists differ in length by one at most.
 * Nobody in it is real.
 */
export function healthData(count: { readonly patients: number; readonly visits: number; readonly prescriptions: number }): HealthData {
  const patients = times(count.patients, (n): Patient => ({
    id: `pat_${n}`,
    name: `${pick(firstNames, n)} ${pick(lastNames, n * 3)}`,
    birthDate: `19${50 + (n % 50)}-0${1 + (n % 9)}-1${n % 10}`,
    language: pick(languages, n),
    visits: [],
    coverage: { payer: `Payer ${n % 3}`, plan: n % 2 ? 'Standard' : 'Plus' },
  }));
  const practitioners = times(4, (n): Practitioner => ({
    id: `prac_${n}`,
    name: `Dr. ${pick(firstNames, n + 3)} ${pick(lastNames, n + 1)}`,
    specialty: pick(specialties, n),
  }));
  const medications = times(9, (n): Medication => ({
    id: `med_${n}`,
    name: `${pick(medicines, n)} ${(1 + (n % 4)) * 50} mg`,
    form: n === 5 ? 'inhaler' : 'tablet',
    packPriceMinor: 450 + n * 125,
    packSize: 20 + (n % 3) * 10,
    prescriptions: [],
  }));
  const visits = times(count.visits, (n): Visit => {
    const patient = pick(patients, n);
    const visit: Visit = {
      id: `vis_${n}`,
      status: n % 5 ? 'FINISHED' : 'PLANNED',
      reason: pick(reasons, n),
      startedAt: `2026-0${1 + (n % 9)}-1${n % 10}T09:30:00.000Z`,
      patient,
      practitioner: pick(practitioners, n),
      prescriptions: [],
    };
    patient.visits.push(visit);
    return visit;
  });
  const prescriptions = times(count.prescriptions, (n): Prescription => {
    const visit = pick(visits, n);
    const medication = pick(medications, n);
    const prescription: Prescription = {
      id: `rx_${n}`,
      status: n % 4 ? 'ACTIVE' : 'COMPLETED',
      dosage: pick(dosages, n),
      medication,
      visit,
      patient: visit.patient,
      prescriber: visit.practitioner,
    };
    visit.prescriptions.push(prescription);
    medication.prescriptions.push(prescription);
    return prescription;
  });
  return { patients, practitioners, medications, visits, prescriptions };
}

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

function pick<T>(list: readonly T[], n: number): T {
  const chosen = list[n % list.length];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}
