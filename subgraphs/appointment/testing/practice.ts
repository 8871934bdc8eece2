import { newId } from '#chassis/ids.ts';
import { testSubgraph, type TestCaller, type TestSubgraphOptions } from '#chassis/testing/test-subgraph.ts';
import type { CreateHealthcareServiceInput, RegisterPractitionerInput } from '../generated/graphql.ts';
import { npiFrom } from '../npi.ts';
import { createAppointmentSubgraph } from '../server.ts';

/** Monday, 08:00 in New York. All tests stand at this instant unless they move it. */
export const monday = new Date('2026-06-01T12:00:00.000Z');

/** An instant so many days after Monday, at this time of UTC. */
export const at = (days: number, time: string): string =>
  `${new Date(monday.getTime() + days * 86_400_000).toISOString().slice(0, 10)}T${time}:00.000Z`;

export interface Refused {
  code: string;
  message: string;
  path: string[];
  retryable: boolean;
  currentState: string | null;
  allowedStates: string[] | null;
}

export interface AppointmentAnswer {
  appointment: { id: string; status: string; startsAt: string } | null;
  userErrors: Refused[];
}

const userErrors = 'userErrors { code message path retryable currentState allowedStates }';
const appointment = 'appointment { id status startsAt }';

/** A mutation with one input, by its name. `fields` is what is asked of its payload besides userErrors. */
export async function send<Payload = AppointmentAnswer>(
  caller: TestCaller,
  mutation: string,
  input: Record<string, unknown>,
  fields = appointment,
): Promise<Payload> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${fields} ${userErrors} } }`;
  const data = await caller.execute<Record<string, Payload>>(document, { input: { idempotencyKey: newId('evt'), ...input } });
  return data[mutation] as Payload;
}

/** The first refusal's code, or `ok`. */
export const codeOf = ({ userErrors: errors }: { userErrors: Refused[] }): string => errors[0]?.code ?? 'ok';

let registered = 0;

/** A practice on a fresh database: a front desk, and builders for what a test needs. */
export async function openPractice(options: Pick<TestSubgraphOptions, 'start'> = {}) {
  const graph = await testSubgraph('appointment', createAppointmentSubgraph, { now: monday, ...options });
  const desk = graph.as({ role: 'FRONT_DESK', subject: 'desk' });

  async function healthcareService(change: Partial<CreateHealthcareServiceInput> = {}): Promise<string> {
    const code = `visit-type-${++registered}`;
    const input = { code, name: `Visit type ${code}`, modality: 'VIDEO', durationMinutes: 20, gridMinutes: 20, ...change };
    const { healthcareService: made, userErrors: errors } = await send<{ healthcareService: { id: string } | null; userErrors: Refused[] }>(
      desk,
      'createHealthcareService',
      input,
      'healthcareService { id }',
    );
    if (!made) throw new Error(JSON.stringify(errors));
    return made.id;
  }

  /** Works Monday to Friday 09:00 to 17:00 in New York (13:00 to 21:00 UTC in June). */
  async function practitioner(healthcareServiceIds: string[], change: Partial<RegisterPractitionerInput> = {}): Promise<string> {
    const npi = npiFrom(`1${String(++registered).padStart(8, '0')}`);
    const input = {
      givenName: 'Robin',
      familyName: `Example ${registered}`,
      npi,
      specialty: 'FAMILY_MEDICINE',
      timeZone: 'America/New_York',
      licences: [{ state: 'NY', number: `NY-${registered}`, expiresOn: '2030-12-31' }],
      healthcareServiceIds,
      ...change,
    };
    const { practitioner: made, userErrors: errors } = await send<{ practitioner: { id: string } | null; userErrors: Refused[] }>(
      desk,
      'registerPractitioner',
      input,
      'practitioner { id }',
    );
    if (!made) throw new Error(JSON.stringify(errors));
    const rules = ['MON', 'TUE', 'WED', 'THU', 'FRI'].map((dayOfWeek) => ({ dayOfWeek, startTime: '09:00', endTime: '17:00' }));
    await send(desk, 'setAvailability', { practitionerId: made.id, rules }, 'schedule { id }');
    return made.id;
  }

  async function patient(): Promise<string> {
    const patientId = newId('pat');
    await graph.receive('patient.registered', patientId, { patientId });
    return patientId;
  }

  /** A proxy, until `revoke` is called. */
  async function proxyOf(patientId: string): Promise<TestCaller & { revoke(): Promise<unknown> }> {
    const grant = { grantId: newId('prx'), patientId, proxyPatientId: newId('pat'), endsOn: null };
    await graph.receive('patient.proxyGranted', patientId, grant);
    return {
      ...graph.as({ role: 'PATIENT', patientId: grant.proxyPatientId }),
      revoke: () => graph.receive('patient.proxyRevoked', patientId, grant),
    };
  }

  /** Does the work at this instant; afterwards it is Monday again. */
  async function when<R>(time: string, work: () => Promise<R>): Promise<R> {
    graph.setNow(new Date(time));
    try {
      return await work();
    } finally {
      graph.setNow(monday);
    }
  }

  /** A visit type, a practitioner who offers it, a patient, and an appointment of theirs on Tuesday 10:00 in New York. */
  async function booking(change: Partial<CreateHealthcareServiceInput> = {}) {
    const healthcareServiceId = await healthcareService(change);
    const practitionerId = await practitioner([healthcareServiceId]);
    const patientId = await patient();
    const booked = await send(desk, 'bookAppointment', {
      patientId,
      practitionerId,
      healthcareServiceId,
      startsAt: at(1, '14:00'),
      reason: 'A cough',
    });
    if (!booked.appointment) throw new Error(JSON.stringify(booked.userErrors));
    return {
      healthcareServiceId,
      practitionerId,
      patientId,
      appointmentId: booked.appointment.id,
      asPatient: graph.as({ role: 'PATIENT', patientId }),
      asPractitioner: graph.as({ role: 'PRACTITIONER', practitionerId }),
    };
  }

  return {
    graph,
    desk,
    healthcareService,
    practitioner,
    patient,
    proxyOf,
    when,
    booking,
    as: graph.as.bind(graph),
    asPatient: (patientId: string) => graph.as({ role: 'PATIENT', patientId }),
    asPractitioner: (practitionerId: string) => graph.as({ role: 'PRACTITIONER', practitionerId }),
    [Symbol.asyncDispose]: () => graph[Symbol.asyncDispose](),
  };
}

export type Practice = Awaited<ReturnType<typeof openPractice>>;
