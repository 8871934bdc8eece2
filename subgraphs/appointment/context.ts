import type { RequestContext } from '#chassis/context.ts';
import { loader, pageLoader, type Loader, type PageLoader } from '#chassis/loaders.ts';
import type { IdPage } from '#chassis/paging.ts';
import { appointmentAccess, waitlistAccess } from './access.ts';
import { appointmentPages, appointmentsByIds, historyByAppointment, type AppointmentList } from './appointment-store.ts';
import type {
  Appointment,
  AppointmentStatusEntry,
  AvailabilityException,
  AvailabilityRule,
  HealthcareService,
  Practitioner,
  PractitionerLicence,
  Prisma,
  PrismaClient,
  Schedule,
  WaitlistEntry,
} from './generated/prisma/client.ts';
import { healthcareServicesByIds, offeredServicesByPractitioner } from './healthcare-service-store.ts';
import { licencesByPractitioner, practitionersByIds } from './practitioner-store.ts';
import { exceptionPages, exceptionsByIds, rulesBySchedule, schedulesByIds, schedulesByPractitioner } from './schedule-store.ts';
import { waitlistEntriesByIds, waitlistPages } from './waitlist-store.ts';

export type Tx = Prisma.TransactionClient;

/** Loaders by id read without asking who asks: access.ts decides before anything of theirs leaves. */
interface Loaders {
  practitioner: Loader<Practitioner>;
  licences: Loader<PractitionerLicence[]>;
  offeredServices: Loader<HealthcareService[]>;
  healthcareService: Loader<HealthcareService>;
  schedule: Loader<Schedule>;
  scheduleOfPractitioner: Loader<Schedule>;
  rules: Loader<AvailabilityRule[]>;
  exception: Loader<AvailabilityException>;
  exceptionPage: PageLoader<IdPage>;
  appointment: Loader<Appointment>;
  history: Loader<AppointmentStatusEntry[]>;
  /** Only appointments that the caller may see. One loader per kind of list and its conditions. */
  appointmentPage(list: Omit<AppointmentList, 'inSight'>): PageLoader<IdPage>;
  waitlistEntry: Loader<WaitlistEntry>;
  /** Only entries that the caller may see. */
  waitlistPage: PageLoader<IdPage>;
}

export interface AppointmentContext extends RequestContext<PrismaClient> {
  readonly loaders: Loaders;
}

export function createContext(base: RequestContext<PrismaClient>): AppointmentContext {
  const { client } = base.database;
  const lists = new Map<string, PageLoader<IdPage>>();
  return {
    ...base,
    loaders: {
      practitioner: loader((ids) => practitionersByIds(client, ids)),
      licences: loader((ids) => licencesByPractitioner(client, ids)),
      offeredServices: loader((ids) => offeredServicesByPractitioner(client, ids)),
      healthcareService: loader((ids) => healthcareServicesByIds(client, ids)),
      schedule: loader((ids) => schedulesByIds(client, ids)),
      scheduleOfPractitioner: loader((ids) => schedulesByPractitioner(client, ids)),
      rules: loader((ids) => rulesBySchedule(client, ids)),
      exception: loader((ids) => exceptionsByIds(client, ids)),
      exceptionPage: pageLoader((schedules, page) => exceptionPages(client, yesterday(base.now()), schedules, page)),
      appointment: loader((ids) => appointmentsByIds(client, ids)),
      history: loader((ids) => historyByAppointment(client, ids)),
      appointmentPage(list) {
        const key = JSON.stringify(list);
        const found =
          lists.get(key) ??
          pageLoader((parents, page) =>
            appointmentPages(client, { ...list, inSight: appointmentAccess.inSight(base, 't') }, parents, page),
          );
        lists.set(key, found);
        return found;
      },
      waitlistEntry: loader((ids) => waitlistEntriesByIds(client, ids)),
      waitlistPage: pageLoader((patients, page) => waitlistPages(client, waitlistAccess.inSight(base, 't'), patients, page)),
    },
  };
}

/** The last day that is over in every zone. */
const yesterday = (now: Date): Date => new Date(now.getTime() - 86_400_000);
