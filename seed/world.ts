import type { AppointmentPart } from '../subgraphs/appointment/seed.ts';
import type { BillingPart } from '../subgraphs/billing/seed.ts';
import type { PatientPart } from '../subgraphs/patient/seed.ts';
import type { PrescriptionPart } from '../subgraphs/prescription/seed.ts';
import type { VisitPart } from '../subgraphs/visit/seed.ts';
import { seededConsents } from '#chassis/access/known-consents.ts';
import { demoIds } from '../router/personas.ts';
import { appointmentsOf, waitlistOf, type Booking, type Wish } from './appointments.ts';
import { billingOf } from './billing.ts';
import { dateOf } from './calendar.ts';
import type { InvoiceNumbers } from './invoices.ts';
import { patientsOf } from './patients.ts';
import { practitionersOf, type Doctor } from './practitioners.ts';
import { demoPharmacy, knownAllergies, prescriptionsOf } from './prescriptions.ts';
import { visitsOf } from './visits.ts';
import { healthcareServices, prices } from './visit-types.ts';

/** Rows of all five services that belong together: nothing in one part names anything of another, but the visit types. */
export interface WorldPart {
  readonly patient: PatientPart;
  readonly appointment: AppointmentPart;
  readonly visit: VisitPart;
  readonly prescription: PrescriptionPart;
  readonly billing: BillingPart;
}

export interface WorldOptions {
  readonly patients: number;
  /** At each site. */
  readonly practitioners?: number;
  /** The instant that counts as now: what is before has happened. */
  readonly today: Date;
}

/** Patients of one site, and so of one part: what is held in memory at a time. */
const siteSize = 1_000;

/**
 * A believable hospital, the same for the same options, site by site. Pure: nothing but the options decides. The first
 * site has the demo people.
 */
export function* generateWorld({ patients, practitioners = 20, today }: WorldOptions): Generator<WorldPart, void, undefined> {
  const numbers: InvoiceNumbers = new Map();
  const sites = Math.ceil(patients / siteSize);
  for (let site = 0; site < sites; site++) {
    const before = site * siteSize;
    yield generateSite({ site, patients: Math.min(siteSize, patients - before), patientsBefore: before, practitioners, today, numbers });
  }
}

interface SiteOptions extends Required<WorldOptions> {
  readonly site: number;
  readonly patientsBefore: number;
  readonly numbers: InvoiceNumbers;
}

function generateSite({ site, patients, patientsBefore, practitioners, today, numbers }: SiteOptions): WorldPart {
  const since = dateOf(today.getUTCFullYear() - 3);
  const services = healthcareServices(since);
  const { doctors, part: staff } = practitionersOf(site, practitioners, site * practitioners, services, since, today);
  const { people, part: charts } = patientsOf(
    site,
    patients,
    patientsBefore,
    doctors.map(({ row }) => row.id),
    today,
  );
  const { bookings, statusEntries } = appointmentsOf(site, people, doctors, wishesOf(site, doctors), today);
  const { calls, rows: visitRows } = visitsOf(site, bookings);
  const treatingRelations = bookings
    .filter(treats)
    .map(({ row }) => ({ sourceId: row.id, patientId: row.patientId, practitionerId: row.practitionerId, effectiveAt: row.startsAt }));
  const proxyRelations = charts.proxyGrants
    .filter(({ status }) => status === 'ACTIVE')
    .map(({ id, patientId, proxyPatientId, endsOn }) => ({ grantId: id, patientId, proxyPatientId, endsOn }));
  const activeConsents = seededConsents(charts.consents);
  const prescribed = prescriptionsOf(site, calls, today);
  const first = site === 0;
  return {
    patient: { ...charts, treatingRelations, pharmacyRelations: prescribed.prescriptions.flatMap(pharmacyRelation) },
    appointment: {
      ...staff,
      healthcareServices: first ? services : [],
      knownPatients: people.map(({ row }) => ({ id: row.id, heardAt: row.registeredAt })),
      appointments: bookings.map(({ row }) => row),
      statusEntries,
      waitlistEntries: waitlistOf(site, people, doctors, today),
      proxyRelations,
      activeConsents,
    },
    visit: { ...visitRows, visits: calls.map(({ row }) => row), treatingRelations, proxyRelations, activeConsents },
    prescription: {
      ...prescribed,
      pharmacies: first ? [demoPharmacy(since)] : [],
      patientAllergies: people.flatMap(knownAllergies),
      visitWindows: calls.map(({ row }) => ({
        visitId: row.id,
        patientId: row.patientId,
        practitionerId: row.practitionerId,
        status: row.status,
        sensitivities: row.sensitivities,
      })),
      treatingRelations,
      proxyRelations,
      activeConsents,
    },
    billing: {
      ...billingOf(site, people, bookings, calls, numbers, today),
      prices: first ? prices(since, today) : [],
      proxyRelations,
      activeConsents,
    },
  };
}

/** Appointments that stand make the practitioner one who treats the patient. */
const treats = ({ row: { status } }: Booking): boolean => status === 'BOOKED' || status === 'FULFILLED';

/** A pharmacy has what is signed and sent to it as long as there may be something to dispense. */
const pharmacyRelation = ({ id, patientId, pharmacyId, signedAt, status }: WorldPart['prescription']['prescriptions'][number]) =>
  pharmacyId !== null && signedAt !== null && (status === 'ACTIVE' || status === 'ON_HOLD')
    ? [{ prescriptionId: id, patientId, pharmacyId }]
    : [];

/** What the demo patient has been through, and what comes. */
function wishesOf(site: number, doctors: readonly Doctor[]): ReadonlyMap<string, readonly Wish[]> {
  const [demo, other] = doctors;
  if (site !== 0 || !demo || !other) return new Map();
  const psychiatrist = doctors.find(({ row }) => row.specialty === 'PSYCHIATRY');
  const hour = { serviceCode: 'video-psychiatry-50', days: -20, ending: 'FULFILLED', script: 'psychiatry hour' } as const;
  return new Map([
    [
      demoIds.patient,
      [
        { doctor: demo, serviceCode: 'video-consult-20', days: -35, ending: 'FULFILLED', script: 'first visit' },
        { doctor: other, serviceCode: 'in-person-consult-30', days: -28, ending: 'FULFILLED' },
        // Hidden from the others who treat Ada, until she consents.
        ...(psychiatrist ? [{ ...hour, doctor: psychiatrist }] : []),
        { doctor: demo, serviceCode: 'video-follow-up-15', days: -12, ending: 'FULFILLED', script: 'second visit' },
        { doctor: demo, serviceCode: 'video-consult-20', days: 1, ending: 'BOOKED' },
        { doctor: other, serviceCode: 'in-person-consult-30', days: 10, ending: 'BOOKED' },
      ],
    ],
  ]);
}
