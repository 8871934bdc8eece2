import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { npiFrom } from './npi.ts';
import { codeOf, openPractice, send, type Practice, type Refused } from './testing/practice.ts';

let practice: Practice;
beforeAll(async () => {
  practice = await openPractice();
});
afterAll(() => practice[Symbol.asyncDispose]());

interface PractitionerAnswer {
  practitioner: Record<string, unknown> | null;
  userErrors: Refused[];
}
const register = (input: Record<string, unknown>, caller = practice.desk) =>
  send<PractitionerAnswer>(
    caller,
    'registerPractitioner',
    input,
    'practitioner { id displayName npi specialty specialtyCode timeZone active licences { state number expiresOn } healthcareServices { code } schedule { timeZone rules { id } practitioner { id } } }',
  );

const robin = {
  givenName: ' Robin  Lee ',
  familyName: 'Invented',
  prefix: 'Dr.',
  npi: npiFrom('199000001'),
  specialty: 'CARDIOLOGY',
  timeZone: 'America/Chicago',
  licences: [
    { state: 'IL', number: 'IL-77', expiresOn: '2028-02-29' },
    { state: 'CA', number: 'CA-77', expiresOn: '2027-01-31' },
  ],
};

describe('registering a practitioner', () => {
  it('keeps name, NPI, specialty, licences and offers, with an empty schedule', async () => {
    const healthcareServiceId = await practice.healthcareService({ code: 'cardiology-video' });
    const { practitioner, userErrors } = await register({ ...robin, healthcareServiceIds: [healthcareServiceId, healthcareServiceId] });
    expect(userErrors).toEqual([]);
    expect(practitioner).toMatchObject({
      displayName: 'Dr. Robin Lee Invented',
      npi: robin.npi,
      specialty: 'CARDIOLOGY',
      specialtyCode: '207RC0000X',
      timeZone: 'America/Chicago',
      active: true,
      licences: [
        { state: 'CA', number: 'CA-77', expiresOn: '2027-01-31' },
        { state: 'IL', number: 'IL-77', expiresOn: '2028-02-29' },
      ],
      healthcareServices: [{ code: 'cardiology-video' }],
      schedule: { timeZone: 'America/Chicago', rules: [] },
    });
  });

  it('refuses an NPI or a licence that is registered', async () => {
    const input = { ...robin, npi: npiFrom('199000002'), licences: [{ state: 'TX', number: 'TX-1', expiresOn: '2028-01-01' }] };
    expect(codeOf(await register(input))).toBe('ok');
    expect(codeOf(await register({ ...input, licences: [{ state: 'TX', number: 'TX-2', expiresOn: '2028-01-01' }] }))).toBe('CONFLICT');
    expect(codeOf(await register({ ...input, npi: npiFrom('199000003') }))).toBe('CONFLICT');
  });

  it('complains about everything at once, each with its path', async () => {
    const licences = [
      { state: 'XX', number: ' ', expiresOn: '2028-01-01' },
      { state: 'XX', number: '1', expiresOn: '2028-01-01' },
    ];
    const { practitioner, userErrors } = await register({ ...robin, givenName: ' ', npi: '1234567890', licences });
    expect(practitioner).toBeNull();
    expect(userErrors.every(({ code }) => code === 'INVALID_INPUT')).toBe(true);
    expect(userErrors.map(({ path }) => path.join('.'))).toEqual([
      'npi',
      'licences.0.state',
      'licences.0.number',
      'licences.1.state',
      'licences.1.state',
      'givenName',
    ]);
  });

  it('refuses a visit type that does not exist, and other roles', async () => {
    const input = { ...robin, npi: npiFrom('199000004'), licences: [{ state: 'WA', number: 'WA-4', expiresOn: '2028-01-01' }] };
    expect((await register({ ...input, healthcareServiceIds: [newId('hcs')] })).userErrors[0]).toMatchObject({
      code: 'NOT_FOUND',
      path: ['healthcareServiceIds', '0'],
    });
    expect(codeOf(await register(input, practice.as({ role: 'BILLER' })))).toBe('NOT_ALLOWED');
    expect(codeOf(await register(input, practice.as({ role: 'SYSTEM' })))).toBe('ok');
  });

  it('replaces what is offered', async () => {
    const [first, second] = [await practice.healthcareService(), await practice.healthcareService({ code: 'offered-later' })];
    const practitionerId = await practice.practitioner([first]);
    const offer = (healthcareServiceIds: string[]) =>
      send<PractitionerAnswer>(
        practice.desk,
        'setOfferedServices',
        { practitionerId, healthcareServiceIds },
        'practitioner { healthcareServices { code } }',
      );
    expect((await offer([second])).practitioner).toEqual({ healthcareServices: [{ code: 'offered-later' }] });
    expect(codeOf(await offer([newId('hcs')]))).toBe('NOT_FOUND');
    expect((await offer(Array.from({ length: 51 }, () => newId('hcs')))).userErrors[0]).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['healthcareServiceIds'],
    });
  });
});

describe('creating a visit type', () => {
  const create = (input: Record<string, unknown>, caller = practice.desk) =>
    send<{ healthcareService: object | null; userErrors: Refused[] }>(
      caller,
      'createHealthcareService',
      { name: 'Consultation', modality: 'VIDEO', durationMinutes: 20, ...input },
      'healthcareService { code gridMinutes cancelNoticeMinutes requiresApproval lateCancelFee { amountMinor currency } noShowFee { amountMinor currency } }',
    );

  it('fills in the defaults', async () => {
    expect((await create({ code: 'with-defaults', lateCancelFee: { amountMinor: 2500, currency: 'USD' } })).healthcareService).toEqual({
      code: 'with-defaults',
      gridMinutes: 15,
      cancelNoticeMinutes: 1440,
      requiresApproval: false,
      lateCancelFee: { amountMinor: 2500, currency: 'USD' },
      noShowFee: null,
    });
    expect((await create({ code: 'with-defaults' })).userErrors[0]).toMatchObject({ code: 'CONFLICT', path: ['code'] });
  });

  it.each([
    { change: { code: 'Upper' }, path: 'code' },
    { change: { durationMinutes: 4 }, path: 'durationMinutes' },
    { change: { gridMinutes: 7 }, path: 'gridMinutes' },
    { change: { bufferAfterMinutes: -1 }, path: 'bufferAfterMinutes' },
    { change: { bookingHorizonDays: 0 }, path: 'bookingHorizonDays' },
    { change: { noShowFee: { amountMinor: 0, currency: 'USD' } }, path: 'noShowFee.amountMinor' },
    { change: { noShowFee: { amountMinor: 1, currency: 'DOLLARS' } }, path: 'noShowFee.currency' },
  ])('refuses $change', async ({ change, path }) => {
    const [error] = (await create({ code: 'never-made', ...change })).userErrors;
    expect([error?.code, error?.path.join('.')]).toEqual(['INVALID_INPUT', path]);
  });

  it('is for the front desk', async () => {
    expect(codeOf(await create({ code: 'by-a-patient' }, practice.asPatient(newId('pat'))))).toBe('NOT_ALLOWED');
  });
});

describe('finding practitioners', () => {
  interface Found {
    practitioners: { edges: { node: { familyName: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  }
  const find = async (filter: Record<string, unknown>, page: Record<string, unknown> = {}) =>
    (
      await practice
        .as({ role: 'PATIENT' })
        .execute<Found>(
          'query ($filter: PractitionerFilter, $first: Int, $after: String) { practitioners(filter: $filter, first: $first, after: $after) { edges { node { familyName } } pageInfo { hasNextPage endCursor } } }',
          { filter, ...page },
        )
    ).practitioners;
  const names = ({ edges }: Found['practitioners']) => edges.map(({ node }) => node.familyName);

  it('by specialty, the beginning of a name, and what they offer', async () => {
    const code = 'for-finding';
    const healthcareServiceId = await practice.healthcareService({ code });
    for (const familyName of ['Zweifel', 'Zwei_fel', 'Zwingli'])
      await practice.practitioner([healthcareServiceId], { familyName, specialty: 'NEUROLOGY' });
    const away = await practice.practitioner([healthcareServiceId], { familyName: 'Zwack' });
    await send(practice.desk, 'setPractitionerActive', { practitionerId: away, active: false }, 'practitioner { id }');
    expect(names(await find({ name: 'zwei' })).sort()).toEqual(['Zwei_fel', 'Zweifel']);
    expect(names(await find({ name: 'Zwei_' }))).toEqual(['Zwei_fel']);
    expect(names(await find({ name: '%' }))).toEqual([]);
    expect(names(await find({ specialty: 'NEUROLOGY', serviceCode: code }))).toHaveLength(3);
    expect(names(await find({ specialty: 'DERMATOLOGY', serviceCode: code }))).toEqual([]);
  });

  it('page by page, each once', async () => {
    const healthcareServiceId = await practice.healthcareService({ code: 'for-paging' });
    for (let count = 0; count < 5; count++)
      await practice.practitioner([healthcareServiceId], { familyName: count < 3 ? 'Same' : `Other ${count}` });
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Found['practitioners'] = await find({ serviceCode: 'for-paging' }, { first: 2, after });
      seen.push(...names(page));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(seen.sort()).toEqual(['Other 3', 'Other 4', 'Same', 'Same', 'Same']);
  });

  it('visit types too, by name', async () => {
    const { healthcareServices } = await practice
      .as({ role: 'PATIENT' })
      .execute<{ healthcareServices: { edges: { node: { name: string } }[] } }>(
        '{ healthcareServices(first: 100) { edges { node { name } } } }',
      );
    expect(healthcareServices.edges.length).toBeGreaterThan(3);
  });

  it('refuses a page or a name that is out of range', async () => {
    const { errors } = await practice.desk.run('{ practitioners(first: 101) { edges { node { id } } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'first' });
    const blank = await practice.desk.run('{ practitioners(filter: { name: " " }) { edges { node { id } } } }');
    expect(blank.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'filter.name' });
  });

  it('answers null for one that is not there', async () => {
    expect(await practice.desk.execute('query ($id: ID!) { practitioner(id: $id) { id } }', { id: newId('prc') })).toEqual({
      practitioner: null,
    });
  });
});
