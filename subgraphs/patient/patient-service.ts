import { lock } from '#chassis/database.ts';
import { notFound, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate, type Outcome } from '#chassis/mutation.ts';
import { readPage, toConnection, type Connection } from '#chassis/paging.ts';
import { demographicsRules, mayKeepDemographics } from './access.ts';
import type { PatientContext, Tx } from './context.ts';
import type { QuerypatientsArgs, RegisterPatientInput, UpdatePatientInput } from './generated/graphql.ts';
import { checked } from './input-check.ts';
import { nameKey } from './name-search.ts';
import { identifierToken, readAddresses, readBirthDate, readIdentifiers, readLanguage, readName, readTelecom } from './patient-rules.ts';
import { readSearch } from './patient-search.ts';
import { seenPatient } from './seen-patient.ts';
import { forgetGrants } from './proxy-service.ts';
import { reviewGrants } from './proxy-steps.ts';
import {
  changePatient,
  identifierIndex,
  insertPatient,
  likelyDuplicate,
  patientById,
  searchPatients,
  takenIdentifiers,
  type IdentifierValue,
  type PatientRecord,
} from './patient-store.ts';

type PatientOutcome = Outcome<{ patientId: string }>;

export async function findPatients(context: PatientContext, args: QuerypatientsArgs): Promise<Connection<PatientRecord>> {
  const page = readPage(args);
  const { identifier, ...asked } = readSearch(args.filter);
  const search = {
    ...asked,
    identifier: identifier && { system: identifier.system, valueIndex: await identifierIndex(context.protection, identifier.value) },
  };
  const found = await searchPatients(context.database.client, search, demographicsRules.inSight(context, 't'), page);
  return toConnection(found, await Promise.all(found.ids.map((id) => context.loaders.patient.load(id))));
}

/** Registers a person. Refuses an identifier that is taken and, unless told otherwise, a likely duplicate. */
export function registerPatient(context: PatientContext, input: RegisterPatientInput): Promise<PatientOutcome> {
  return mutate(context, 'registerPatient', input, async (tx: Tx, emit) => {
    if (!(await mayKeepDemographics(context))) throw new Refusal('NOT_ALLOWED', 'Only the front desk registers patients.');
    const now = context.now();
    const { identifiers, ...person } = checked((report) => ({
      ...readName(input.name, report),
      gender: input.gender,
      birthDate: readBirthDate(input.birthDate, now, report),
      identifiers: readIdentifiers(input.identifiers ?? [], report),
      telecom: readTelecom(input.telecom ?? [], report),
      address: readAddresses(input.address ?? [], report),
      preferredLanguage: readLanguage(input.preferredLanguage ?? 'en', report),
      timeZone: input.timeZone ?? 'UTC',
      active: true,
      deceased: false,
    }));
    const id = newId('pat');
    const sameness = `person:${nameKey(person.family)}:${person.birthDate.toISOString()}`;
    await lock(tx, sameness, ...identifiers.map(identifierLock));
    await refuseTakenIdentifiers(context, tx, identifiers, id);
    const duplicate = input.allowDuplicate ? null : await likelyDuplicate(tx, person);
    if (duplicate) {
      throw new Refusal(
        'CONFLICT',
        `A patient with this name and birth date is registered already: ${duplicate}. If this is another person, register with allowDuplicate: true.`,
        {
          path: ['name'],
        },
      );
    }
    await insertPatient(tx, id, person, identifiers, now);
    await emit('patient.registered', id, { patientId: id });
    return { patientId: id };
  });
}

const contactFields = ['telecom', 'address', 'preferredLanguage', 'timeZone'] as const;
const identityFields = ['name', 'gender', 'birthDate', 'identifiers', 'active', 'deceased'] as const;

/**
 * Changes demographics, and the proxy grants that rest on them. Patients and proxies change how to reach the person, the
 * front desk everything.
 */
export async function updatePatient(context: PatientContext, input: UpdatePatientInput): Promise<PatientOutcome> {
  const id = input.patientId;
  const seen = await seenPatient(context, id);
  const asPatient = await demographicsRules.may(context, 'reach', { id });
  const outcome = await mutate(context, 'updatePatient', input, async (tx: Tx, emit) => {
    if (!seen) throw notFound('patient', ['patientId']);
    if (!asPatient && !(await mayKeepDemographics(context)))
      throw new Refusal('NOT_ALLOWED', 'Only the patient, a proxy or the front desk changes demographics.');
    const given = (fields: readonly (keyof UpdatePatientInput)[]) =>
      fields.filter((field) => input[field] !== undefined && input[field] !== null);
    const deskOnly = asPatient ? given(identityFields) : [];
    if (deskOnly.length > 0)
      throw Refusal.all(deskOnly.map((field) => new Refusal('NOT_ALLOWED', 'Only the front desk changes this.', { path: [field] })));
    if (given([...contactFields, ...identityFields]).length === 0) throw new Refusal('INVALID_INPUT', 'There is nothing to change.');

    const now = context.now();
    const changes = checked((report) => ({
      ...(input.name && readName(input.name, report)),
      ...(input.gender && { gender: input.gender }),
      ...(input.birthDate && { birthDate: readBirthDate(input.birthDate, now, report) }),
      ...(typeof input.active === 'boolean' && { active: input.active }),
      ...(typeof input.deceased === 'boolean' && { deceased: input.deceased }),
      ...(input.telecom && { telecom: readTelecom(input.telecom, report) }),
      ...(input.address && { address: readAddresses(input.address, report) }),
      ...(typeof input.preferredLanguage === 'string' && { preferredLanguage: readLanguage(input.preferredLanguage, report) }),
      ...(input.timeZone && { timeZone: input.timeZone }),
    }));
    const identifiers = input.identifiers ? checked((report) => readIdentifiers(input.identifiers ?? [], report)) : undefined;
    await lock(tx, `patient:${id}`, ...(identifiers ?? []).map(identifierLock));
    const current = await patientById(tx, id);
    if (!current) throw notFound('patient', ['patientId']);
    if (typeof input.expectedVersion === 'number' && input.expectedVersion !== current.version) {
      throw new Refusal('CONFLICT', `The record has moved on to version ${current.version}. Load it and decide again.`, {
        path: ['expectedVersion'],
      });
    }
    if (identifiers) await refuseTakenIdentifiers(context, tx, identifiers, id);
    await changePatient(tx, id, { ...demographicsOf(current), ...changes }, identifiers, now);
    const grants = await reviewGrants(tx, emit, current, { ...current, ...changes }, now);
    await emit('patient.updated', id, { patientId: id });
    return {
      patientId: id,
      grants: grants.map((grant) => ({ id: grant.id, patientId: grant.patientId, proxyPatientId: grant.proxyPatientId })),
    };
  });
  context.loaders.patient.clear(id);
  for (const grant of outcome.ok ? outcome.result.grants : []) {
    context.loaders.proxyGrant.clear(grant.id);
    forgetGrants(context, grant);
  }
  return outcome;
}

const demographicsOf = ({
  family,
  given,
  gender,
  birthDate,
  active,
  deceased,
  telecom,
  address,
  preferredLanguage,
  timeZone,
}: PatientRecord) => ({
  family,
  given,
  gender,
  birthDate,
  active,
  deceased,
  telecom,
  address,
  preferredLanguage,
  timeZone,
});

const identifierLock = (identifier: IdentifierValue): string => `identifier:${identifierToken(identifier)}`;

async function refuseTakenIdentifiers(
  { protection }: PatientContext,
  tx: Tx,
  identifiers: readonly IdentifierValue[],
  patientId: string,
): Promise<void> {
  const taken = new Set((await takenIdentifiers(tx, protection, identifiers, patientId)).map(identifierToken));
  const refusals = identifiers.flatMap((identifier, index) =>
    taken.has(identifierToken(identifier))
      ? [new Refusal('CONFLICT', 'Another patient has this identifier.', { path: ['identifiers', String(index)] })]
      : [],
  );
  if (refusals.length > 0) throw Refusal.all(refusals);
}
