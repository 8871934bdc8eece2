import type { CallerSpec, TestSubgraph } from '#chassis/testing/test-subgraph.ts';
import { testSubgraph } from '#chassis/testing/test-subgraph.ts';
import { newId } from '#chassis/ids.ts';
import type { UserError } from '#chassis/errors.ts';
import { createPatientSubgraph } from '../server.ts';

// People and steps that the tests of this subgraph share.

type PatientGraph = TestSubgraph<Awaited<ReturnType<typeof createPatientSubgraph>>>;

export const today = new Date('2026-11-23T12:00:00.000Z');

export const frontDesk: CallerSpec = { role: 'FRONT_DESK' };
export const biller: CallerSpec = { role: 'BILLER' };
export const system: CallerSpec = { role: 'SYSTEM' };
export const patientCaller = (patientId: string): CallerSpec => ({ role: 'PATIENT', patientId });
export const practitionerCaller = (practitionerId: string): CallerSpec => ({ role: 'PRACTITIONER', practitionerId });
export const outsiders: CallerSpec[] = [
  { role: 'PHARMACY', organizationId: 'phm_01k00000000000000000000000' },
  { role: 'PAYER', organizationId: 'payer-1' },
  { role: 'PRIVACY_OFFICER' },
];

interface MutationAnswer {
  userErrors: UserError[];
  [thing: string]: unknown;
}

const userErrors = 'userErrors { code message path retryable currentState allowedStates }';

const inputTypes: Record<string, string> = {
  proposeConsent: 'ConsentStepInput',
  activateConsent: 'ConsentStepInput',
  rejectConsent: 'ConsentStepInput',
  revokeConsent: 'ConsentStepInput',
  retractConsent: 'ConsentStepInput',
};

let keys = 0;
export const newKey = (): string => `key-${(keys += 1)}`;

export async function openPatientGraph() {
  const graph: PatientGraph = await testSubgraph('patient', createPatientSubgraph, { now: today });

  /** Calls a mutation with a key of its own, unless the input has one. */
  async function mutate<Thing = { id: string }>(
    caller: CallerSpec,
    mutation: string,
    input: object,
    selection = '',
  ): Promise<{ thing: Thing | null; userErrors: UserError[] }> {
    const type = inputTypes[mutation] ?? `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    const data = await graph
      .as(caller)
      .execute<Record<string, MutationAnswer>>(
        `mutation ($input: ${type}!) { answer: ${mutation}(input: $input) { ${selection} ${userErrors} } }`,
        {
          input: { idempotencyKey: newKey(), ...input },
        },
      );
    const { userErrors: refusals, ...things } = data.answer as MutationAnswer;
    return { thing: (Object.values(things)[0] as Thing | undefined) ?? null, userErrors: refusals };
  }

  /** Calls a mutation that must succeed; gives the id of the thing. */
  async function done(caller: CallerSpec, mutation: string, input: object, field: string): Promise<string> {
    const { thing, userErrors: refusals } = await mutate(caller, mutation, input, `${field} { id }`);
    if (!thing) throw new Error(`${mutation} was refused: ${JSON.stringify(refusals)}`);
    return thing.id;
  }

  return Object.assign(graph, {
    mutate,
    /** Calls a mutation that must be refused; gives code and path of each refusal. */
    async refused(caller: CallerSpec, mutation: string, input: object): Promise<string[]> {
      const { userErrors: refusals } = await mutate(caller, mutation, input);
      return refusals.map(({ code, path }) => [code, ...path].join(' '));
    },
    register: (person: object = {}): Promise<string> => done(frontDesk, 'registerPatient', somebody(person), 'patient'),
    recordAllergy: (caller: CallerSpec, input: object): Promise<string> =>
      done(caller, 'recordAllergy', { ...penicillin, ...input }, 'allergy'),
    grantProxy: (caller: CallerSpec, input: object): Promise<string> =>
      done(caller, 'grantProxy', { relationship: 'PARENT', ...input }, 'proxyGrant'),
    grantConsent: (caller: CallerSpec, input: object): Promise<string> =>
      done(caller, 'grantConsent', { ...privacyConsent, ...input }, 'consent'),
    /** Books an appointment in a fortnight, which makes the treating relation. Gives the practitioner's caller. */
    async treat(patientId: string, startsAt = new Date(today.getTime() + 14 * 24 * 60 * 60 * 1_000)) {
      const appointment = { appointmentId: newId('apt'), patientId, practitionerId: newId('prc') };
      await graph.receive('appointment.booked', appointment.appointmentId, {
        ...appointment,
        healthcareServiceId: newId('hcs'),
        serviceCode: 'video-consult-20',
        modality: 'VIDEO',
        startsAt: startsAt.toISOString(),
        endsAt: new Date(startsAt.getTime() + 20 * 60 * 1_000).toISOString(),
      });
      return { ...practitionerCaller(appointment.practitionerId), ...appointment };
    },
  });
}

export type OpenPatientGraph = Awaited<ReturnType<typeof openPatientGraph>>;

let people = 0;

/** Somebody new, with what the test says about them. */
export function somebody(person: object = {}) {
  people += 1;
  return { name: { family: `Somebody${people}`, given: ['Robin'] }, gender: 'UNKNOWN', birthDate: '1984-02-29', ...person };
}

export const penicillin = { substanceCode: 'class:penicillins', substanceText: 'Penicillins' };
export const privacyConsent = { scope: 'PATIENT_PRIVACY', provision: 'PERMIT' };
