import { lock, isUniqueViolation } from '#chassis/database.ts';
import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate } from '#chassis/mutation.ts';
import { practiceAccess } from './access.ts';
import type { AppointmentContext, Tx } from './context.ts';
import type { HealthcareService, Practitioner } from './generated/prisma/client.ts';
import type {
  CreateHealthcareServiceInput,
  RegisterPractitionerInput,
  SetOfferedServicesInput,
  SetPractitionerActiveInput,
} from './generated/graphql.ts';
import { insertHealthcareService, knownHealthcareServiceIds } from './healthcare-service-store.ts';
import { checked, checkedHealthcareService, checkedPractitioner, maxOffers } from './practitioner-rules.ts';
import { insertPractitioner, practitionerById, replaceOffers, saveActive } from './practitioner-store.ts';

interface PractitionerAnswer {
  practitioner: Practitioner | null;
  userErrors: UserError[];
}

export async function registerPractitioner(context: AppointmentContext, input: RegisterPractitionerInput): Promise<PractitionerAnswer> {
  const outcome = await mutate(context, 'registerPractitioner', input, async (tx: Tx) => {
    await assertRunsPractice(context);
    const { licences, healthcareServiceIds: offered, ...fields } = checkedPractitioner(input);
    const healthcareServiceIds = await existingServices(tx, offered);
    const practitioner: Practitioner = { ...fields, id: newId('prc'), active: true, createdAt: context.now() };
    try {
      await insertPractitioner(tx, { practitioner, licences, healthcareServiceIds, scheduleId: newId('sch'), timeZone: input.timeZone });
    } catch (error) {
      if (isUniqueViolation(error)) {
        throw new Refusal('CONFLICT', 'A practitioner with this NPI, or with one of these licences, is registered already.', {
          path: ['npi'],
        });
      }
      throw error;
    }
    return { practitionerId: practitioner.id };
  });
  return practitionerAnswer(context, outcome);
}

export async function setOfferedServices(context: AppointmentContext, input: SetOfferedServicesInput): Promise<PractitionerAnswer> {
  const outcome = await mutate(context, 'setOfferedServices', input, async (tx: Tx) => {
    await assertRunsPractice(context);
    if (new Set(input.healthcareServiceIds).size > maxOffers) {
      checked((complain) => complain('healthcareServiceIds', `healthcareServiceIds must be at most ${maxOffers}.`));
    }
    await lock(tx, `practitioner:${input.practitionerId}`);
    await assertPractitioner(tx, input.practitionerId);
    await replaceOffers(tx, input.practitionerId, await existingServices(tx, input.healthcareServiceIds));
    return { practitionerId: input.practitionerId };
  });
  return practitionerAnswer(context, outcome);
}

export async function setPractitionerActive(context: AppointmentContext, input: SetPractitionerActiveInput): Promise<PractitionerAnswer> {
  const outcome = await mutate(context, 'setPractitionerActive', input, async (tx: Tx) => {
    await assertRunsPractice(context);
    await lock(tx, `practitioner:${input.practitionerId}`);
    await assertPractitioner(tx, input.practitionerId);
    await saveActive(tx, input.practitionerId, input.active);
    return { practitionerId: input.practitionerId };
  });
  return practitionerAnswer(context, outcome);
}

export async function createHealthcareService(
  context: AppointmentContext,
  input: CreateHealthcareServiceInput,
): Promise<{ healthcareService: HealthcareService | null; userErrors: UserError[] }> {
  const outcome = await mutate(context, 'createHealthcareService', input, async (tx: Tx) => {
    await assertRunsPractice(context);
    const service: HealthcareService = { ...checkedHealthcareService(input), id: newId('hcs'), createdAt: context.now() };
    try {
      await insertHealthcareService(tx, service);
    } catch (error) {
      if (isUniqueViolation(error))
        throw new Refusal('CONFLICT', `There is a visit type with the code ${service.code}.`, { path: ['code'] });
      throw error;
    }
    return { healthcareServiceId: service.id };
  });
  if (!outcome.ok) return { healthcareService: null, userErrors: outcome.userErrors };
  return { healthcareService: await context.loaders.healthcareService.load(outcome.result.healthcareServiceId), userErrors: [] };
}

async function assertRunsPractice(context: AppointmentContext): Promise<void> {
  if (!(await practiceAccess.may(context, 'run', {}))) throw new Refusal('NOT_ALLOWED', 'Only the front desk does this.');
}

async function assertPractitioner(tx: Tx, id: string): Promise<void> {
  if (!(await practitionerById(tx, id))) throw notFound('practitioner', ['practitionerId']);
}

async function existingServices(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const distinct = [...new Set(ids)];
  const known = await knownHealthcareServiceIds(tx, distinct);
  const index = ids.findIndex((id) => !known.has(id));
  if (index >= 0) throw notFound('visit type', ['healthcareServiceIds', String(index)]);
  return distinct;
}

async function practitionerAnswer(
  context: AppointmentContext,
  outcome: Awaited<ReturnType<typeof mutate<Tx, { practitionerId: string }>>>,
): Promise<PractitionerAnswer> {
  if (!outcome.ok) return { practitioner: null, userErrors: outcome.userErrors };
  return { practitioner: await context.loaders.practitioner.load(outcome.result.practitionerId), userErrors: [] };
}
