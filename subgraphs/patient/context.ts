import type { RequestContext } from '#chassis/context.ts';
import type { Loader, PageLoader } from '#chassis/loaders.ts';
import { loader, pageLoader } from '#chassis/loaders.ts';
import type { IdPage } from '#chassis/paging.ts';
import { allergiesByIds, allergyPagesByPatient, type AllergyRecord } from './allergy-store.ts';
import { accessPagesByPatient, auditEventsByIds, type AuditEventRow } from './audit-store.ts';
import { breakGlassByIds, type BreakGlassRecord } from './break-glass-store.ts';
import { careTeamMembersByIds, careTeamsByPatient, type CareTeamMemberRecord } from './care-team-store.ts';
import { consentPagesByPatient, consentsByIds, type ConsentRecord } from './consent-store.ts';
import type { Prisma, PrismaClient } from './generated/prisma/client.ts';
import { patientsByIds, type PatientRecord } from './patient-store.ts';
import { activeGrantsByPatient, activeGrantsByProxy, grantsByIds, type ProxyGrantRecord } from './proxy-store.ts';

export type Tx = Prisma.TransactionClient;

/** Loaders read without asking who asks: access.ts decides before anything of theirs leaves. */
interface Loaders {
  patient: Loader<PatientRecord>;
  allergy: Loader<AllergyRecord>;
  allergyPage: PageLoader<IdPage>;
  /** The same with those that were entered in error. */
  allergyPageWithErrors: PageLoader<IdPage>;
  consent: Loader<ConsentRecord>;
  consentPage: PageLoader<IdPage>;
  proxyGrant: Loader<ProxyGrantRecord>;
  proxiesOf: Loader<ProxyGrantRecord[]>;
  proxyFor: Loader<ProxyGrantRecord[]>;
  careTeamMember: Loader<CareTeamMemberRecord>;
  careTeam: Loader<CareTeamMemberRecord[]>;
  breakGlass: Loader<BreakGlassRecord>;
  auditEvent: Loader<AuditEventRow>;
  /** Accesses by people and partners. */
  accessPage: PageLoader<IdPage>;
  disclosurePage: PageLoader<IdPage>;
}

export interface PatientContext extends RequestContext<PrismaClient> {
  readonly loaders: Loaders;
}

export function createContext(base: RequestContext<PrismaClient>): PatientContext {
  const { client } = base.database;
  return {
    ...base,
    loaders: {
      patient: loader((ids) => patientsByIds(client, ids)),
      allergy: loader((ids) => allergiesByIds(client, ids)),
      allergyPage: pageLoader((patients, page) => allergyPagesByPatient(client, patients, page, { withErrors: false })),
      allergyPageWithErrors: pageLoader((patients, page) => allergyPagesByPatient(client, patients, page, { withErrors: true })),
      consent: loader((ids) => consentsByIds(client, ids)),
      consentPage: pageLoader((patients, page) => consentPagesByPatient(client, patients, page)),
      proxyGrant: loader((ids) => grantsByIds(client, ids)),
      proxiesOf: loader((patients) => activeGrantsByPatient(client, patients)),
      proxyFor: loader((proxies) => activeGrantsByProxy(client, proxies)),
      careTeamMember: loader((ids) => careTeamMembersByIds(client, ids)),
      careTeam: loader((patients) => careTeamsByPatient(client, patients)),
      breakGlass: loader((ids) => breakGlassByIds(client, ids)),
      auditEvent: loader((ids) => auditEventsByIds(client, ids)),
      accessPage: pageLoader((patients, page) => accessPagesByPatient(client, patients, page, { disclosuresOnly: false })),
      disclosurePage: pageLoader((patients, page) => accessPagesByPatient(client, patients, page, { disclosuresOnly: true })),
    },
  };
}
