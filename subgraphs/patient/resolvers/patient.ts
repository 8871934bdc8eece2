import { forbidden } from '#chassis/errors.ts';
import { readPage, toConnection } from '#chassis/paging.ts';
import { allergyRules, careTeamRules, consentRules } from '../access.ts';
import { accessesOf } from '../audit-service.ts';
import { careTeamOf } from '../care-team-service.ts';
import type { PatientContext } from '../context.ts';
import type { PatientResolvers } from '../generated/graphql.ts';
import type { PatientMapper } from '../mappers.ts';
import { visiblePatient } from '../seen-patient.ts';
import type { PatientRecord } from '../patient-store.ts';

/** The demographics, which not everyone who holds a Patient may see. @throws FORBIDDEN */
function demographicsOf(patient: PatientMapper, { audit }: PatientContext): PatientRecord {
  if ('family' in patient) return patient;
  audit.denied('Patient', patient.id, patient.id);
  throw forbidden('You see the allergies of this patient and nothing else.');
}

const demographic =
  <Field extends keyof PatientRecord>(field: Field) =>
  (patient: PatientMapper, _args: unknown, context: PatientContext): PatientRecord[Field] =>
    demographicsOf(patient, context)[field];

/** What a part of the chart answers to who sees the patient and not the part: null, and a record of it. */
function refusedPart({ audit }: PatientContext, patientId: string): null {
  audit.denied('Patient', patientId, patientId);
  return null;
}

export const Patient: PatientResolvers = {
  __resolveReference: ({ id }, context) => visiblePatient(context, id),
  version: demographic('version'),
  active: demographic('active'),
  identifiers: demographic('identifiers'),
  gender: demographic('gender'),
  birthDate: demographic('birthDate'),
  deceased: demographic('deceased'),
  telecom: demographic('telecom'),
  address: demographic('address'),
  preferredLanguage: demographic('preferredLanguage'),
  timeZone: demographic('timeZone'),
  registeredAt: demographic('registeredAt'),
  updatedAt: demographic('updatedAt'),
  name(patient, _args, context) {
    const { family, given } = demographicsOf(patient, context);
    return { family, given, text: [...given, family].join(' ') };
  },
  async allergies({ id }, args, context) {
    if (!(await allergyRules.sees(context, { id, patientId: id }))) return refusedPart(context, id);
    const { loaders } = context;
    const pages = args.includeEnteredInError ? loaders.allergyPageWithErrors : loaders.allergyPage;
    const page = await pages.load(id, readPage(args));
    return toConnection(page, await Promise.all(page.ids.map((allergyId) => loaders.allergy.load(allergyId))));
  },
  async consents({ id }, args, context) {
    if (!(await consentRules.sees(context, { id, patientId: id }))) return refusedPart(context, id);
    const { loaders } = context;
    const page = await loaders.consentPage.load(id, readPage(args));
    return toConnection(page, await Promise.all(page.ids.map((consentId) => loaders.consent.load(consentId))));
  },
  async proxies(patient, _args, context) {
    const { id } = demographicsOf(patient, context);
    return (await context.loaders.proxiesOf.load(id)) ?? [];
  },
  async proxyFor(patient, _args, context) {
    const { id } = demographicsOf(patient, context);
    return (await context.loaders.proxyFor.load(id)) ?? [];
  },
  accessHistory: ({ id }, args, context) => accessesOf(context, id, args, 'accessPage'),
  disclosures: ({ id }, args, context) => accessesOf(context, id, args, 'disclosurePage'),
  async careTeam({ id }, _args, context) {
    const sees = await careTeamRules.sees(context, { id, patientId: id, practitionerId: '' });
    return sees ? careTeamOf(context, id) : refusedPart(context, id);
  },
};
