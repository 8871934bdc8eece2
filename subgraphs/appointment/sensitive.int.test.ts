import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { breakTheGlass, givenConsent, patientServiceIsSilent, revokeConsent, type ConsentFacts } from '#chassis/testing/access-facts.ts';
import type { TestCaller } from '#chassis/testing/test-subgraph.ts';
import { at, openPractice, send, type Practice } from './testing/practice.ts';

// A patient with an ordinary appointment, one of a sensitive visit type and one with a psychiatrist.

const memberId = newId('prc');
let practice: Practice;
let patientId: string;
let practitionerId: string;
let member: TestCaller;
let biller: TestCaller;
let plain: string;
let hidden: string;
let withPsychiatrist: string;

beforeAll(async () => {
  practice = await openPractice();
  const ordinary = await practice.healthcareService();
  const substanceUse = await practice.healthcareService({ sensitivities: ['SUBSTANCE_USE'] });
  practitionerId = await practice.practitioner([ordinary, substanceUse]);
  const psychiatristId = await practice.practitioner([ordinary], { specialty: 'PSYCHIATRY' });
  patientId = await practice.patient();
  const book = async (healthcareServiceId: string, by: string, time: string) => {
    const input = { patientId, practitionerId: by, healthcareServiceId, startsAt: at(1, time), reason: 'Cannot sleep' };
    return (await send(practice.desk, 'bookAppointment', input)).appointment?.id ?? '';
  };
  plain = await book(ordinary, practitionerId, '14:00');
  hidden = await book(substanceUse, practitionerId, '15:00');
  withPsychiatrist = await book(ordinary, psychiatristId, '16:00');
  member = practice.asPractitioner(memberId);
  biller = practice.as({ role: 'BILLER' });
  const team = { memberId: newId('ctm'), patientId, practitionerId: memberId };
  await practice.graph.receive('careTeam.memberAdded', team.memberId, team);
  await practice.graph.heardFrom('patient');
});
afterAll(() => practice[Symbol.asyncDispose]());

interface Listed {
  edges: { node: { id: string } }[];
  pageInfo: { hasNextPage: boolean };
}

async function reach(as: TestCaller, id = hidden) {
  const list = '(first: 2) { edges { node { id } } pageInfo { hasNextPage } }';
  const { appointment, _entities: found } = await as.execute<{
    appointment: { sensitivities: string[]; reason: string | null } | null;
    _entities: [{ id: string } | null, { appointments: Listed }, { calendar: Listed }];
  }>(
    `query ($id: ID!, $r: [_Any!]!) { appointment(id: $id) { sensitivities reason } _entities(representations: $r) {
      ... on Appointment { id } ... on Patient { appointments${list} } ... on Practitioner { calendar: appointments${list} } } }`,
    {
      id,
      r: [
        { __typename: 'Appointment', id },
        { __typename: 'Patient', id: patientId },
        { __typename: 'Practitioner', id: practitionerId },
      ],
    },
  );
  const ids = ({ edges }: Listed) => edges.map(({ node }) => node.id);
  return {
    labels: appointment?.sensitivities ?? null,
    words: appointment?.reason ?? null,
    entity: found[0] !== null,
    ofPatient: ids(found[1].appointments),
    more: found[1].appointments.pageInfo.hasNextPage,
    ofPractitioner: ids(found[2].calendar),
  };
}

/** The latest first below the patient, the next first in the calendar. */
const everything = () => ({
  labels: ['SUBSTANCE_USE'],
  words: 'Cannot sleep',
  entity: true,
  ofPatient: [withPsychiatrist, hidden],
  more: true,
  ofPractitioner: [plain, hidden],
});
const nothing = () => ({ labels: null, words: null, entity: false, ofPatient: [plain], more: false, ofPractitioner: [plain] });

describe('a sensitive appointment', () => {
  test('is open to the patient, a proxy and, in the own calendar, the practitioner', async () => {
    expect(await reach(practice.asPatient(patientId))).toEqual(everything());
    expect(await reach(await practice.proxyOf(patientId))).toEqual(everything());
    expect(await reach(practice.asPractitioner(practitionerId))).toMatchObject({ labels: ['SUBSTANCE_USE'], ofPatient: [hidden, plain] });
  });

  test('is one by the specialty of the practitioner too, and says so when it is booked', async () => {
    expect(await reach(practice.asPatient(patientId), withPsychiatrist)).toMatchObject({ labels: ['PSYCHIATRIC'] });
    const booked = await practice.graph.emitted('appointment.booked');
    const labelsOf = (id: string) => booked.find(({ subject }) => subject === id)?.data.sensitivities;
    expect([plain, hidden, withPsychiatrist].map(labelsOf)).toEqual([[], ['SUBSTANCE_USE'], ['PSYCHIATRIC']]);
  });

  test('is work for the front desk, without labels and words', async () => {
    expect(await reach(practice.desk)).toEqual({ ...everything(), labels: [], words: null });
  });

  test('is not there for the care team, nor for a biller', async () => {
    expect(await reach(member)).toEqual(nothing());
    expect(await reach(biller)).toEqual(nothing());
  });

  test('appears with a consent, for whom and what it is given, and is gone with the revocation', async () => {
    const consents: ConsentFacts[] = [
      { patientId, sensitivities: ['SUBSTANCE_USE', 'PSYCHIATRIC'], practitionerId: newId('prc') },
      { patientId, sensitivities: ['HIV'] },
      { patientId, sensitivities: ['SUBSTANCE_USE'], purposes: ['PAYMENT'] },
    ];
    const ids = await Promise.all(consents.map((facts) => givenConsent(practice.graph, facts)));
    expect(await reach(member)).toEqual(nothing());
    expect(await reach(biller)).toEqual({ ...everything(), labels: [], words: null, ofPatient: [hidden, plain], more: false });
    ids.push(await givenConsent(practice.graph, { patientId, sensitivities: ['SUBSTANCE_USE'] }));
    expect(await reach(member)).toEqual({ ...everything(), ofPatient: [hidden, plain], more: false });
    await patientServiceIsSilent(practice.graph);
    expect(await reach(member)).toEqual(nothing());
    await practice.graph.heardFrom('patient');
    for (const id of ids) await revokeConsent(practice.graph, id, patientId);
    expect(await reach(member)).toEqual(nothing());
  });

  test('is seen by whoever breaks the glass', async () => {
    const strangerId = newId('prc');
    expect(await reach(practice.asPractitioner(strangerId), plain)).toMatchObject({ entity: false, ofPatient: [], ofPractitioner: [] });
    await breakTheGlass(practice.graph, patientId, strangerId);
    expect(await reach(practice.asPractitioner(strangerId))).toEqual(everything());
  });

  test('is no news for a biller who follows the patient', async () => {
    await using seen = biller.subscribe(
      'subscription ($id: ID) { appointmentUpdated(patientId: $id, since: "2000-01-01T00:00:00.000Z") { id } }',
      {
        id: patientId,
      },
    );
    expect(await seen.next()).toEqual({ appointmentUpdated: { id: plain } });
    const patient = practice.asPatient(patientId);
    await send(patient, 'rescheduleAppointment', { appointmentId: hidden, startsAt: at(2, '15:00') });
    await send(patient, 'rescheduleAppointment', { appointmentId: plain, startsAt: at(2, '14:00') });
    expect(await seen.next()).toEqual({ appointmentUpdated: { id: plain } });
  });
});

describe('what is not yours answers like what is not there', () => {
  const step = (name: string, more = '') =>
    [
      name,
      `mutation ($key: String!, $id: ID!) { ${name}(input: { idempotencyKey: $key, appointmentId: $id${more} }) { appointment { id } userErrors { code message path } } }`,
    ] as const;
  test.each([
    ['appointment', 'query ($id: ID!) { appointment(id: $id) { id } }'] as const,
    step('approveAppointment'),
    step('declineAppointment'),
    step('cancelAppointment', ', reasonCode: PAT'),
    step('rescheduleAppointment', `, startsAt: "${at(3, '14:00')}"`),
    step('arriveAppointment'),
    step('checkInAppointment'),
    step('fulfillAppointment'),
    step('markNoShow'),
  ])('%s', async (_name, document) => {
    for (const who of [member, biller, practice.asPatient(newId('pat'))]) {
      const ask = (id: string) => who.run(document, { id, ...(document.startsWith('mutation') && { key: newId('evt') }) });
      expect(await ask(hidden)).toEqual(await ask(newId('apt')));
    }
  });

  test('a waitlist entry and the patient of a booking', async () => {
    const stranger = practice.asPatient(newId('pat'));
    const healthcareServiceId = await practice.healthcareService();
    const { waitlistEntry } = await send<{ waitlistEntry: { id: string } }>(
      practice.desk,
      'joinWaitlist',
      { patientId, healthcareServiceId },
      'waitlistEntry { id }',
    );
    const leave = (waitlistEntryId: string) => send(stranger, 'leaveWaitlist', { waitlistEntryId }, 'waitlistEntry { id }');
    expect(await leave(waitlistEntry.id)).toEqual(await leave(newId('wtl')));
    const book = (of: string) =>
      send(stranger, 'bookAppointment', { patientId: of, practitionerId, healthcareServiceId, startsAt: at(3, '14:00') });
    expect(await book(patientId)).toEqual(await book(newId('pat')));
  });
});
