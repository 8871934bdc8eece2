import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  biller,
  frontDesk,
  newKey,
  openPatientGraph,
  outsiders,
  patientCaller,
  practitionerCaller,
  somebody,
  system,
  type OpenPatientGraph,
} from './testing/people.ts';

let graph: OpenPatientGraph;
beforeAll(async () => {
  graph = await openPatientGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const demographics = `id version active name { family given text } gender birthDate deceased preferredLanguage timeZone registeredAt updatedAt
  identifiers { system value use } telecom { system value use } address { use line city state postalCode country }`;

describe('registerPatient', () => {
  it('keeps what was said of the person', async () => {
    const input = {
      name: { family: ' González ', given: ['María', 'José'] },
      gender: 'FEMALE',
      birthDate: '1990-05-17',
      identifiers: [
        { system: 'urn:example:mrn', value: 'A-1', use: 'OFFICIAL' },
        { system: 'urn:example:insurance', value: '77' },
      ],
      telecom: [
        { system: 'PHONE', value: '+1 (555) 010-0100', use: 'MOBILE' },
        { system: 'EMAIL', value: 'maria@example.org' },
      ],
      address: [{ line: ['1 Invented Street'], city: 'Springfield', state: 'IL', country: 'US' }],
      preferredLanguage: 'es-mx',
      timeZone: 'America/Chicago',
    };
    const { thing, userErrors } = await graph.mutate(frontDesk, 'registerPatient', input, `patient { ${demographics} }`);
    expect(userErrors).toEqual([]);
    expect(thing).toEqual({
      id: expect.stringMatching(/^pat_[0-9a-z]{26}$/),
      version: 1,
      active: true,
      name: { family: 'González', given: ['María', 'José'], text: 'María José González' },
      gender: 'FEMALE',
      birthDate: '1990-05-17',
      deceased: false,
      preferredLanguage: 'es-MX',
      timeZone: 'America/Chicago',
      registeredAt: '2026-11-23T12:00:00.000Z',
      updatedAt: '2026-11-23T12:00:00.000Z',
      identifiers: [
        { system: 'urn:example:mrn', value: 'A-1', use: 'OFFICIAL' },
        { system: 'urn:example:insurance', value: '77', use: 'USUAL' },
      ],
      telecom: [
        { system: 'PHONE', value: '+1 (555) 010-0100', use: 'MOBILE' },
        { system: 'EMAIL', value: 'maria@example.org', use: 'HOME' },
      ],
      address: [{ use: 'HOME', line: ['1 Invented Street'], city: 'Springfield', state: 'IL', postalCode: null, country: 'US' }],
    });
    const events = await graph.emitted('patient.registered');
    expect(events.at(-1)).toEqual({ type: 'patient.registered', subject: thing?.id, data: { patientId: thing?.id } });
  });

  it('fills in a language and a zone', async () => {
    const { thing } = await graph.mutate(
      system,
      'registerPatient',
      somebody(),
      'patient { preferredLanguage timeZone telecom { value } address { city } identifiers { value } }',
    );
    expect(thing).toEqual({ preferredLanguage: 'en', timeZone: 'UTC', telecom: [], address: [], identifiers: [] });
  });

  it.each([patientCaller('pat_01k00000000000000000000000'), practitionerCaller('prc_01k00000000000000000000000'), biller, ...outsiders])(
    'is not for $role',
    async (caller) => {
      expect(await graph.refused(caller, 'registerPatient', somebody())).toEqual(['NOT_ALLOWED']);
    },
  );

  it.each([
    ['a family name of blanks', { name: { family: '  ', given: ['A'] } }, ['INVALID_INPUT name family']],
    ['a family name without letters', { name: { family: '--', given: ['A'] } }, ['INVALID_INPUT name family']],
    ['no given name', { name: { family: 'A', given: [] } }, ['INVALID_INPUT name given']],
    ['a blank given name', { name: { family: 'A', given: ['B', ''] } }, ['INVALID_INPUT name given 1']],
    ['a line break in a name', { name: { family: 'A\nB', given: ['B'] } }, ['INVALID_INPUT name family']],
    ['a birth date in the future', { birthDate: '2026-11-25' }, ['INVALID_INPUT birthDate']],
    ['a birth date before 1880', { birthDate: '1879-12-31' }, ['INVALID_INPUT birthDate']],
    ['a language that is none', { preferredLanguage: 'not a language' }, ['INVALID_INPUT preferredLanguage']],
    ['a wrong e-mail address', { telecom: [{ system: 'EMAIL', value: 'nowhere' }] }, ['INVALID_INPUT telecom 0 value']],
    ['a wrong phone number', { telecom: [{ system: 'PHONE', value: 'call me' }] }, ['INVALID_INPUT telecom 0 value']],
    ['a wrong country', { address: [{ line: ['x'], city: 'y', country: 'usa' }] }, ['INVALID_INPUT address 0 country']],
    [
      'an identifier twice',
      {
        identifiers: [
          { system: 's', value: 'v' },
          { system: 's', value: 'v' },
        ],
      },
      ['INVALID_INPUT identifiers 1'],
    ],
    [
      'eleven phone numbers',
      { telecom: Array.from({ length: 11 }, () => ({ system: 'PHONE', value: '5550100' })) },
      ['INVALID_INPUT telecom'],
    ],
    [
      'several faults',
      { birthDate: '1800-01-01', name: { family: '', given: [''] } },
      ['INVALID_INPUT name family', 'INVALID_INPUT name given 0', 'INVALID_INPUT birthDate'],
    ],
  ])('refuses %s and changes nothing', async (_what, fault, refusals) => {
    const before = await count();
    expect(await graph.refused(frontDesk, 'registerPatient', somebody(fault))).toEqual(refusals);
    expect(await count()).toBe(before);
  });

  it('refuses an identifier that another patient has', async () => {
    const identifiers = [{ system: 'urn:example:mrn', value: 'taken' }];
    await graph.register({ identifiers });
    expect(
      await graph.refused(
        frontDesk,
        'registerPatient',
        somebody({ identifiers: [{ system: 'urn:example:mrn', value: 'free' }, ...identifiers], allowDuplicate: true }),
      ),
    ).toEqual(['CONFLICT identifiers 1']);
  });

  it('refuses a likely duplicate unless told that it is another person', async () => {
    const person = { name: { family: 'Müller', given: ['Ana', 'Lena'] }, birthDate: '1970-01-01', gender: 'FEMALE' };
    const first = await graph.register(person);
    const again = { ...person, name: { family: 'MULLER', given: ['ana'] }, gender: 'UNKNOWN' };
    const { userErrors } = await graph.mutate(frontDesk, 'registerPatient', again);
    expect(userErrors).toMatchObject([{ code: 'CONFLICT', path: ['name'], message: expect.stringContaining(first) }]);
    await graph.register({ ...again, birthDate: '1970-01-02' });
    await graph.register({ ...again, allowDuplicate: true });
  });

  it('registers one of many who register the same person at once', async () => {
    const person = { ...somebody(), identifiers: [{ system: 'urn:example:mrn', value: 'race' }] };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => graph.mutate(frontDesk, 'registerPatient', person, 'patient { id }')),
    );
    expect(answers.filter(({ thing }) => thing)).toHaveLength(1);
    expect(new Set(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code)))).toEqual(new Set(['CONFLICT']));
  });

  it('answers the same key and input with the same patient, also at once', async () => {
    const before = await count();
    const input = { ...somebody(), idempotencyKey: newKey() };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => graph.mutate(frontDesk, 'registerPatient', input, 'patient { id }')),
    );
    expect(new Set(answers.map(({ thing }) => thing?.id)).size).toBe(1);
    expect(await count()).toBe(before + 1);
    expect(await graph.refused(frontDesk, 'registerPatient', { ...input, gender: 'OTHER' })).toEqual([
      'IDEMPOTENCY_KEY_REUSED idempotencyKey',
    ]);
  });
});

describe('updatePatient', () => {
  it('changes what is given and leaves the rest', async () => {
    const id = await graph.register({
      telecom: [{ system: 'PHONE', value: '5550100' }],
      identifiers: [{ system: 'urn:example:mrn', value: 'old' }],
    });
    const change = {
      patientId: id,
      name: { family: 'Renamed', given: ['New'] },
      identifiers: [{ system: 'urn:example:mrn', value: 'new' }],
      deceased: true,
      active: false,
    };
    const { thing } = await graph.mutate(frontDesk, 'updatePatient', change, `patient { ${demographics} }`);
    expect(thing).toMatchObject({
      id,
      version: 2,
      active: false,
      deceased: true,
      name: { text: 'New Renamed' },
      identifiers: [{ value: 'new' }],
      telecom: [{ value: '5550100' }],
      birthDate: '1984-02-29',
    });
    expect((await graph.emitted('patient.updated')).at(-1)?.subject).toBe(id);
    expect(await found('renamed')).toEqual([id]);
    await graph.register({ identifiers: [{ system: 'urn:example:mrn', value: 'old' }] });
  });

  it('lets a patient change how to be reached, and nothing else', async () => {
    const id = await graph.register();
    const self = patientCaller(id);
    const { thing } = await graph.mutate(
      self,
      'updatePatient',
      { patientId: id, timeZone: 'Asia/Kolkata', preferredLanguage: 'hi' },
      'patient { timeZone preferredLanguage }',
    );
    expect(thing).toEqual({ timeZone: 'Asia/Kolkata', preferredLanguage: 'hi' });
    expect(await graph.refused(self, 'updatePatient', { patientId: id, gender: 'MALE', deceased: true, timeZone: 'UTC' })).toEqual([
      'NOT_ALLOWED gender',
      'NOT_ALLOWED deceased',
    ]);
  });

  it('refuses a change of what has moved on', async () => {
    const id = await graph.register();
    await graph.mutate(frontDesk, 'updatePatient', { patientId: id, expectedVersion: 1, gender: 'OTHER' });
    expect(await graph.refused(frontDesk, 'updatePatient', { patientId: id, expectedVersion: 1, gender: 'MALE' })).toEqual([
      'CONFLICT expectedVersion',
    ]);
  });

  it('refuses an identifier of another patient, and takes its own', async () => {
    const identifiers = [{ system: 'urn:example:mrn', value: 'mine' }];
    const owner = await graph.register({ identifiers });
    const other = await graph.register();
    expect(await graph.refused(frontDesk, 'updatePatient', { patientId: other, identifiers })).toEqual(['CONFLICT identifiers 0']);
    expect(await graph.refused(frontDesk, 'updatePatient', { patientId: owner, identifiers })).toEqual([]);
  });

  it('refuses an update without a change', async () => {
    expect(await graph.refused(frontDesk, 'updatePatient', { patientId: await graph.register(), name: null })).toEqual(['INVALID_INPUT']);
  });

  it('is not there for those who may not see, and not allowed for those who may only see', async () => {
    const patientId = await graph.register();
    const stranger = patientCaller(await graph.register());
    for (const caller of [stranger, practitionerCaller('prc_01k00000000000000000000000'), ...outsiders]) {
      expect(await graph.refused(caller, 'updatePatient', { patientId, timeZone: 'UTC' })).toEqual(['NOT_FOUND patientId']);
    }
    for (const caller of [biller, await graph.treat(patientId)]) {
      expect(await graph.refused(caller, 'updatePatient', { patientId, timeZone: 'UTC' })).toEqual(['NOT_ALLOWED']);
    }
    expect(await graph.refused(frontDesk, 'updatePatient', { patientId: 'pat_nobody', timeZone: 'UTC' })).toEqual(['NOT_FOUND patientId']);
  });
});

async function count(): Promise<number> {
  const { rows } = await graph.subgraph.database.pool.query<{ n: number }>('select count(*)::int as n from patient');
  return rows[0]?.n ?? 0;
}

async function found(name: string): Promise<string[]> {
  const { patients } = await graph
    .as(frontDesk)
    .execute<{ patients: { edges: { node: { id: string } }[] } }>(
      'query ($name: String) { patients(filter: { name: $name }) { edges { node { id } } } }',
      { name },
    );
  return patients.edges.map(({ node }) => node.id);
}
