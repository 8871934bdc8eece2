import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import type { CallerSpec } from '#chassis/testing/test-subgraph.ts';
import {
  biller,
  frontDesk,
  openPatientGraph,
  outsiders,
  patientCaller,
  practitionerCaller,
  system,
  today,
  type OpenPatientGraph,
} from './testing/people.ts';

let graph: OpenPatientGraph;
let patientId: string;
let proxyId: string;
let allergyId: string;
let consentId: string;
let grantId: string;

beforeAll(async () => {
  graph = await openPatientGraph();
  patientId = await graph.register({ identifiers: [{ system: 'urn:example:mrn', value: '1' }] });
  proxyId = await graph.register();
  grantId = await graph.grantProxy(patientCaller(patientId), {
    patientId,
    proxyPatientId: proxyId,
    proxyBirthDate: '1984-02-29',
    relationship: 'SPOUSE',
  });
  allergyId = await graph.recordAllergy(patientCaller(patientId), { patientId });
  consentId = await graph.grantConsent(patientCaller(patientId), { patientId });
});
afterAll(() => graph[Symbol.asyncDispose]());

interface Seen {
  patient: { allergies: unknown; consents: unknown; identifiers: unknown[]; proxies: unknown[] } | null;
  allergyIntolerance: unknown;
  consent: unknown;
  _entities: unknown[];
}

const look = (caller: CallerSpec) =>
  graph.as(caller).execute<Seen>(
    `query ($patientId: ID!, $allergyId: ID!, $consentId: ID!, $representations: [_Any!]!) {
      patient(id: $patientId) { identifiers { value } proxies { id } allergies { edges { node { id } } } consents { edges { node { id } } } }
      allergyIntolerance(id: $allergyId) { id }
      consent(id: $consentId) { id }
      _entities(representations: $representations) {
        ... on Patient { id } ... on AllergyIntolerance { id } ... on Consent { id } ... on ProxyGrant { id }
      }
    }`,
    {
      patientId,
      allergyId,
      consentId,
      representations: [
        { __typename: 'Patient', id: patientId },
        { __typename: 'AllergyIntolerance', id: allergyId },
        { __typename: 'Consent', id: consentId },
        { __typename: 'ProxyGrant', id: grantId },
      ],
    },
  );

describe('the chart', () => {
  const whole = () => ({
    patient: {
      identifiers: [{ value: '1' }],
      proxies: [{ id: grantId }],
      allergies: { edges: [{ node: { id: allergyId } }] },
      consents: { edges: [{ node: { id: consentId } }] },
    },
    allergyIntolerance: { id: allergyId },
    consent: { id: consentId },
    _entities: [{ id: patientId }, { id: allergyId }, { id: consentId }, { id: grantId }],
  });

  it('is open to the patient', async () => expect(await look(patientCaller(patientId))).toEqual(whole()));
  it('is open to a proxy', async () => expect(await look(patientCaller(proxyId))).toEqual(whole()));
  it('is open to a practitioner with an appointment ahead', async () => expect(await look(await graph.treat(patientId))).toEqual(whole()));

  it.each([frontDesk, biller, system])('shows demographics only to $role', async (caller) => {
    expect(await look(caller)).toEqual({
      patient: { identifiers: [{ value: '1' }], proxies: [{ id: grantId }], allergies: null, consents: null },
      allergyIntolerance: null,
      consent: null,
      _entities: [{ id: patientId }, null, null, { id: grantId }],
    });
  });

  const nothing = { patient: null, allergyIntolerance: null, consent: null, _entities: [null, null, null, null] };

  it.each([
    ...outsiders,
    practitionerCaller('prc_01k00000000000000000000000'),
    patientCaller('pat_01k00000000000000000000000'),
    { role: 'PATIENT' } as const,
    { role: 'PRACTITIONER' } as const,
  ])('is not there for a strange $role', async (caller) => expect(await look(caller)).toEqual(nothing));

  it('is closed to a practitioner whose appointment was cancelled, missed, or more than 12 months ago', async () => {
    const cancelled = await graph.treat(patientId);
    const missed = await graph.treat(patientId);
    const longAgo = await graph.treat(patientId, new Date(today.getTime() - 400 * 24 * 60 * 60 * 1_000 - (today.getTime() - Date.now())));
    const ids = ({ appointmentId, practitionerId }: typeof cancelled) => ({ appointmentId, patientId, practitionerId });
    await graph.receive('appointment.cancelled', cancelled.appointmentId, {
      ...ids(cancelled),
      reasonCode: 'PATIENT',
      late: false,
      fee: null,
    });
    await graph.receive('appointment.noShow', missed.appointmentId, { ...ids(missed), fee: null });
    for (const caller of [cancelled, missed, longAgo]) expect(await look(caller)).toEqual(nothing);
  });
});

describe('a visit', () => {
  it('keeps the chart open to the practitioner who has begun it, whatever becomes of the appointment', async () => {
    const practitioner = await graph.treat(patientId);
    const { appointmentId, practitionerId } = practitioner;
    const visitId = newId('vis');
    await graph.receive('visit.started', visitId, { visitId, appointmentId, patientId, practitionerId });
    await graph.receive('appointment.cancelled', appointmentId, {
      appointmentId,
      patientId,
      practitionerId,
      reasonCode: 'PROVIDER',
      late: true,
      fee: null,
    });
    expect((await look(practitioner)).patient?.allergies).toEqual({ edges: [{ node: { id: allergyId } }] });
  });
});

describe('me', () => {
  const me = '{ me { role subject patient { id } practitioner { __typename id } } }';

  it('is a patient with the own record', async () => {
    expect(await graph.as(patientCaller(patientId)).execute(me)).toEqual({
      me: { role: 'PATIENT', subject: `test-PATIENT-${patientId}`, patient: { id: patientId }, practitioner: null },
    });
  });

  it('is a practitioner with a reference', async () => {
    const { me: answer } = await graph.as(practitionerCaller('prc_01k00000000000000000000000')).execute<{ me: unknown }>(me);
    expect(answer).toMatchObject({
      role: 'PRACTITIONER',
      patient: null,
      practitioner: { __typename: 'Practitioner', id: 'prc_01k00000000000000000000000' },
    });
  });

  it.each([frontDesk, biller, system, ...outsiders])('is $role without a record', async (caller) => {
    const { me: answer } = await graph.as(caller).execute<{ me: unknown }>(me);
    expect(answer).toMatchObject({ role: caller.role, patient: null, practitioner: null });
  });
});

describe('events of appointments', () => {
  it('take effect once, however often they come', async () => {
    const data = {
      appointmentId: 'apt_01k00000000000000000000000',
      patientId,
      practitionerId: 'prc_01k11111111111111111111111',
      healthcareServiceId: 'hcs_01k00000000000000000000000',
      serviceCode: 'video-consult-20',
      modality: 'VIDEO' as const,
      startsAt: '2099-01-01T10:00:00.000Z',
      endsAt: '2099-01-01T10:20:00.000Z',
    };
    const envelopes = [
      graph.envelope('appointment.booked', data.appointmentId, data),
      graph.envelope('appointment.rescheduled', data.appointmentId, { ...data, previousStartsAt: data.startsAt }),
      graph.envelope('appointment.cancelled', data.appointmentId, {
        appointmentId: data.appointmentId,
        patientId,
        practitionerId: data.practitionerId,
        reasonCode: 'PATIENT',
        late: false,
        fee: null,
      }),
    ];
    for (const event of envelopes) expect(await graph.deliver(event)).toMatchObject({ outcome: 'applied' });
    for (const event of envelopes) expect(await graph.deliver(event)).toMatchObject({ outcome: 'duplicate' });
    expect((await look(practitionerCaller(data.practitionerId))).patient).toBeNull();
  });
});
