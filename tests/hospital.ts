import type { GraphQLClient } from 'graphql-request';
import { newId } from '#chassis/ids.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { npiFrom } from '../subgraphs/appointment/npi.ts';
import { newKey, type TestGraph } from './test-system.ts';

// Builders for graph tests: a hospital with one practitioner who is on call around the clock, made through the graph itself.

/** Signed-in clients of a graph, wherever it runs. */
export type Clients = Pick<TestGraph, 'as'>;

interface UserErrors {
  userErrors: { code: string; message: string; path: string[] }[];
}

/** Runs a mutation that must succeed and gives its payload. */
export async function mutation<Payload extends object>(
  client: GraphQLClient,
  field: string,
  selection: string,
  input: Record<string, unknown>,
): Promise<Payload> {
  const payload = await attempt<Payload>(client, field, selection, input);
  if (payload.userErrors.length > 0) throw new Error(`${field} was refused: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

/** Runs a mutation that may be refused. */
export async function attempt<Payload extends object>(
  client: GraphQLClient,
  field: string,
  selection: string,
  input: Record<string, unknown>,
): Promise<Payload & UserErrors> {
  const inputType = `${field[0]?.toUpperCase()}${field.slice(1)}Input!`;
  const document = `mutation ${field}($input: ${inputType}) { ${field}(input: $input) { ${selection} userErrors { code message path } } }`;
  const data = await client.request<Record<string, Payload & UserErrors>>(document, { input: { idempotencyKey: newKey(), ...input } });
  const payload = data[field];
  if (!payload) throw new Error(`${field} answered nothing`);
  return payload;
}

export interface Hospital {
  healthcareServiceId: string;
  practitionerId: string;
}

const days = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
// The graph may have had hospitals and people before: numbers differ from run to run.
let hospitals = Date.now() % 10_000_000;

/** A price, a visit type that starts every five minutes, and a practitioner on call for it. */
export async function openHospital(graph: Clients): Promise<Hospital> {
  const number = ++hospitals;
  const [frontdesk, biller] = await Promise.all([graph.as('frontdesk'), graph.as('biller')]);
  const code = `video-urgent-${number}`;
  await mutation(biller, 'setPrice', 'price { serviceCode }', {
    serviceCode: code,
    amount: { amountMinor: 12_000, currency: 'USD' },
    effectiveFrom: '2020-01-01',
  });
  const service = await mutation<{ healthcareService: { id: string } }>(frontdesk, 'createHealthcareService', 'healthcareService { id }', {
    code,
    name: `Urgent video visit ${number}`,
    modality: 'VIDEO',
    durationMinutes: 15,
    gridMinutes: 5,
    lateCancelFee: { amountMinor: 2_500, currency: 'USD' },
  });
  const healthcareServiceId = service.healthcareService.id;
  const registered = await mutation<{ practitioner: { id: string } }>(frontdesk, 'registerPractitioner', 'practitioner { id }', {
    prefix: 'Dr.',
    givenName: 'Test',
    familyName: `Oncall ${number}`,
    specialty: 'FAMILY_MEDICINE',
    timeZone: 'America/New_York',
    npi: npiFrom(`1${String(number).padStart(8, '0')}`),
    licences: [{ state: 'NY', number: `NY-${number}`, expiresOn: '2099-12-31' }],
    healthcareServiceIds: [healthcareServiceId],
  });
  const practitionerId = registered.practitioner.id;
  await mutation(frontdesk, 'setAvailability', 'schedule { id }', {
    practitionerId,
    rules: days.map((dayOfWeek) => ({ dayOfWeek, startTime: '00:00', endTime: '00:00' })),
  });
  return { healthcareServiceId, practitionerId };
}

let patients = Date.now() % 10_000_000;

/** Registers people and waits until they can be booked for. */
export async function registerPatients(graph: Clients, count: number): Promise<string[]> {
  const frontdesk = await graph.as('frontdesk');
  const ids = await Promise.all(Array.from({ length: count }, () => register(frontdesk)));
  // One after the other: to ask for all at once would hold up the events that are waited for.
  for (const id of ids) await untilBookable(frontdesk, id);
  return ids;
}

export async function registerPatient(graph: Clients): Promise<string> {
  const [id] = await registerPatients(graph, 1);
  if (!id) throw new Error('nobody was registered');
  return id;
}

async function register(frontdesk: GraphQLClient): Promise<string> {
  const number = ++patients;
  const { patient } = await mutation<{ patient: { id: string } }>(frontdesk, 'registerPatient', 'patient { id }', {
    name: { family: `Testperson${number}`, given: ['Una'] },
    birthDate: '1980-05-17',
    gender: 'FEMALE',
    timeZone: 'America/Chicago',
  });
  return patient.id;
}

/** The booking service hears of a patient by event: on a busy machine a moment after the registration was answered. */
async function untilBookable(frontdesk: GraphQLClient, patientId: string): Promise<void> {
  const booking = {
    patientId,
    practitionerId: newId('prc'),
    healthcareServiceId: newId('hcs'),
    startsAt: new Date().toISOString(),
  };
  await eventually(
    () => attempt(frontdesk, 'bookAppointment', 'appointment { id }', booking),
    ({ userErrors }) => userErrors.every(({ code }) => code !== 'PATIENT_UNKNOWN'),
  );
}

export interface FoundSlot {
  startsAt: string;
  practitioner: { id: string };
}

export async function findSlots(
  client: GraphQLClient,
  { healthcareServiceId, practitionerId }: Hospital,
  first = 20,
): Promise<FoundSlot[]> {
  // Not one that begins while it is being booked.
  const from = new Date(Date.now() + 60_000);
  const to = new Date(from.getTime() + 24 * 3_600_000);
  const { availableSlots } = await client.request<{ availableSlots: FoundSlot[] }>(
    `query findSlots($service: ID!, $practitioners: [ID!], $from: DateTime!, $to: DateTime!, $first: Int) {
      availableSlots(healthcareServiceId: $service, practitionerIds: $practitioners, from: $from, to: $to, timeZone: "America/Chicago", first: $first) {
        startsAt
        practitioner { id }
      }
    }`,
    { service: healthcareServiceId, practitioners: [practitionerId], from: from.toISOString(), to: to.toISOString(), first },
  );
  return availableSlots;
}
