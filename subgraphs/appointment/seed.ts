import type { SeededConsent } from '#chassis/access/known-consents.ts';
import { bulkLoad } from '#chassis/bulk-load.ts';
import { withProtection } from '#chassis/protection/with-protection.ts';
import type { WrittenAppointment } from './appointment-store.ts';
import type {
  AppointmentStatusEntry,
  AvailabilityException,
  AvailabilityRule,
  HealthcareService,
  KnownPatient,
  OfferedService,
  Practitioner,
  PractitionerLicence,
  Schedule,
  WaitlistEntry,
} from './generated/prisma/client.ts';
import { protectedTables } from './protected-columns.ts';

/** Rows of this subgraph: what a bulk load brings. */
export interface AppointmentPart {
  healthcareServices: HealthcareService[];
  practitioners: Practitioner[];
  licences: PractitionerLicence[];
  offeredServices: OfferedService[];
  schedules: Schedule[];
  rules: AvailabilityRule[];
  exceptions: AvailabilityException[];
  knownPatients: KnownPatient[];
  appointments: WrittenAppointment[];
  statusEntries: AppointmentStatusEntry[];
  waitlistEntries: WaitlistEntry[];
  proxyRelations: { grantId: string; patientId: string; proxyPatientId: string; endsOn: Date | null }[];
  activeConsents: SeededConsent[];
}

/** Loads parts into an empty database of this subgraph, in one transaction. `env` has the key-encryption keys. @returns how many rows */
export const seedAppointment = (databaseUrl: string, parts: AsyncIterable<AppointmentPart>, env: NodeJS.ProcessEnv): Promise<number> =>
  withProtection({ subgraph: 'appointment', databaseUrl, tables: protectedTables, env }, (_protection, seal) =>
    bulkLoad(databaseUrl, parts, async (part, insert) => {
      await insert('healthcare_service', part.healthcareServices);
      await insert('practitioner', part.practitioners);
      await insert('practitioner_licence', part.licences);
      await insert('offered_service', part.offeredServices);
      await insert('schedule', part.schedules);
      await insert('availability_rule', part.rules);
      await insert('availability_exception', part.exceptions);
      await insert('known_patient', part.knownPatients);
      await insert('appointment', await seal('appointment', part.appointments));
      await insert('appointment_status_entry', part.statusEntries);
      await insert('waitlist_entry', part.waitlistEntries);
      await insert('proxy_relation', part.proxyRelations);
      await insert('active_consent', part.activeConsents);
    }),
  );
