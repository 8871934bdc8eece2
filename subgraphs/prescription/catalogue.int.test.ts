import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transact } from '#chassis/database.ts';
import type { UserError } from '#chassis/errors.ts';
import { syncCatalogue, syncDemoPharmacies } from './catalogue/catalogue-sync.ts';
import { medications } from './catalogue/medications.ts';
import type { Tx } from './context.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { PrismaPg } from '@prisma/adapter-pg';
import { ablePharmacy, accepted, draft, freshKey, givenCall, givenSigned, medicationId, startGraph, type Graph } from './testing/given.ts';

let graph: Graph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

interface Names {
  edges: { node: { name: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

async function search(variables: Record<string, unknown>): Promise<Names> {
  const { medications: page } = await graph
    .as({ role: 'FRONT_DESK' })
    .execute<{ medications: Names }>(
      'query ($search: String, $first: Int, $after: String) { medications(search: $search, first: $first, after: $after) { edges { node { name } } pageInfo { hasNextPage endCursor } } }',
      variables,
    );
  return page;
}
const namesOf = ({ edges }: Names): string[] => edges.map(({ node }) => node.name);

describe('the catalogue', () => {
  test('is read page by page, each medication once, by name', async () => {
    const names: string[] = [];
    let after: string | null = null;
    do {
      const page: Names = await search({ first: 37, after });
      names.push(...namesOf(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(names).toEqual(medications.map(({ name }) => name).sort());
  });

  test.each([
    [
      'amox',
      [
        'Amoxicillin 250 mg capsule',
        'Amoxicillin 50 mg/mL oral liquid',
        'Amoxicillin 500 mg capsule',
        'Amoxicillin/clavulanate 875 mg/125 mg tablet',
      ],
    ],
    [
      'AMOXICILLIN',
      [
        'Amoxicillin 250 mg capsule',
        'Amoxicillin 50 mg/mL oral liquid',
        'Amoxicillin 500 mg capsule',
        'Amoxicillin/clavulanate 875 mg/125 mg tablet',
      ],
    ],
    ['clav', ['Amoxicillin/clavulanate 875 mg/125 mg tablet']],
    [
      'statins',
      [
        'Atorvastatin 20 mg tablet',
        'Atorvastatin 40 mg tablet',
        'Pravastatin 40 mg tablet',
        'Rosuvastatin 20 mg tablet',
        'Simvastatin 20 mg tablet',
      ],
    ],
    ['eye dr', ['Latanoprost 0.005 % eye drops', 'Timolol 0.5 % eye drops']],
    ['%amoxi', []],
    ['_moxicillin', []],
    ['\\', []],
    ['nothing like it', []],
  ])('is searched by %j', async (text, expected) => {
    expect(namesOf(await search({ search: text }))).toEqual(expected);
  });

  test.each([
    [{ first: 101 }, 'first'],
    [{ first: -1 }, 'first'],
    [{ after: 'nonsense' }, 'after'],
    [{ search: 'x'.repeat(101) }, 'search'],
  ])('refuses %o', async (variables, argument) => {
    const { errors } = await graph
      .as({ role: 'PATIENT' })
      .run(
        'query ($search: String, $first: Int, $after: String) { medications(search: $search, first: $first, after: $after) { edges { cursor } } }',
        variables,
      );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });

  test('says what a medication contains', async () => {
    const { medication } = await graph
      .as({ role: 'PATIENT' })
      .execute<{ medication: unknown }>(
        'query ($id: ID!) { medication(id: $id) { name code route doseUnit schedule available classes ingredients { substance strengthMg maxDailyMg } } }',
        { id: medicationId('hydrocodone-acetaminophen-5mg-325mg-tablet') },
      );
    expect(medication).toEqual({
      name: 'Hydrocodone/acetaminophen 5 mg/325 mg tablet',
      code: 'rx-hydrocodone-acetaminophen-5mg-325mg-tablet',
      route: 'ORAL',
      doseUnit: 'TABLET',
      schedule: 'II',
      available: true,
      classes: ['opioids', 'analgesics'],
      ingredients: [
        { substance: 'hydrocodone', strengthMg: '5', maxDailyMg: null },
        { substance: 'acetaminophen', strengthMg: '325', maxDailyMg: '4000' },
      ],
    });
  });

  test('is written again only when it changed, and a lost row comes back then', async () => {
    const { pool } = graph.subgraph.database;
    const client = new PrismaClient({ adapter: new PrismaPg(pool) });
    const sync = (work: (tx: Tx, now: Date) => Promise<boolean>) => transact(client, (tx: Tx) => work(tx, new Date()));
    expect(await sync(syncCatalogue)).toBe(false);
    expect(await sync(syncDemoPharmacies)).toBe(false);
    await pool.query(`update medication set name = 'spoilt' where code = 'rx-amoxicillin-500mg-capsule'`);
    await pool.query(`insert into medication values ('med_old', 'rx-old', 'Old tablet', 'tablet', '1 mg', 'ORAL', 'TABLET', 'NONE', true)`);
    await pool.query(`update catalogue_state set content_hash = 'another'`);
    expect((await Promise.all([sync(syncCatalogue), sync(syncCatalogue), sync(syncCatalogue)])).filter(Boolean)).toHaveLength(1);
    expect(await sync(syncDemoPharmacies)).toBe(true);
    const { rows } = await pool.query(
      `select name, available from medication where code in ('rx-amoxicillin-500mg-capsule', 'rx-old') order by name`,
    );
    expect(rows).toEqual([
      { name: 'Amoxicillin 500 mg capsule', available: true },
      { name: 'Old tablet', available: false },
    ]);
    const call = await givenCall(graph);
    expect((await draft(call.practitioner, { patientId: call.patientId, medicationId: 'med_old' })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['medicationId'] },
    ]);
    await client.$disconnect();
  });
});

describe('pharmacies', () => {
  const register = async (role: 'FRONT_DESK' | 'SYSTEM' | 'PATIENT', input: Record<string, unknown>) =>
    (
      await graph
        .as({ role })
        .execute<{ registerPharmacy: { pharmacy: { id: string; name: string } | null; userErrors: UserError[] } }>(
          'mutation ($input: RegisterPharmacyInput!) { registerPharmacy(input: $input) { pharmacy { id name } userErrors { code path } } }',
          {
            input: {
              idempotencyKey: freshKey(),
              name: 'Cedar Drugs',
              ncpdpId: '0020001',
              city: 'Reno',
              state: 'NV',
              capabilities: ['NEW'],
              ...input,
            },
          },
        )
    ).registerPharmacy;

  test('are registered once per NCPDP id, by the front desk', async () => {
    expect((await register('PATIENT', {})).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect(
      (await register('FRONT_DESK', { ncpdpId: '12', state: 'Nevada', capabilities: [] })).userErrors.map(({ path }) => path[0]),
    ).toEqual(['ncpdpId', 'state', 'capabilities']);
    const answers = await Promise.all([register('FRONT_DESK', {}), register('SYSTEM', {})]);
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['CONFLICT']);
    const { pharmacies, pharmacy } = await graph
      .as({ role: 'PATIENT' })
      .execute<{ pharmacies: { edges: { node: { name: string } }[] }; pharmacy: { name: string } }>(
        'query ($id: ID!) { pharmacies(first: 3) { edges { node { name } } } pharmacy(id: $id) { name } }',
        { id: ablePharmacy },
      );
    expect(pharmacies.edges.map(({ node }) => node.name)).toEqual(['Bayou Pharmacy', 'Cedar Drugs', 'Elm Street Drugs']);
    expect(pharmacy.name).toBe('Harbor Lane Pharmacy');
  });
});

describe('lists of prescriptions', () => {
  const list = `query ($p: [_Any!]!, $first: Int, $after: String, $status: [PrescriptionStatus!]) { _entities(representations: $p) { ... on Patient { prescriptions(first: $first, after: $after, status: $status) {
    edges { node { id status medication { name ingredients { substance } } pharmacy { name } detectedIssues { code } dispenses { id } history { status } signature { publicKey } priorPrescription { id } } }
    pageInfo { hasNextPage endCursor } } } } }`;
  interface Listed {
    _entities: {
      prescriptions: { edges: { node: { id: string; status: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    }[];
  }

  test('come newest first, page by page, by status', async () => {
    const call = await givenCall(graph);
    const ids = [
      await givenSigned(call),
      accepted(await draft(call.practitioner, { patientId: call.patientId })).id,
      await givenSigned(call),
    ].reverse();
    const p = [{ __typename: 'Patient', id: call.patientId }];
    const read = async (variables: Record<string, unknown>) =>
      (await call.patient.execute<Listed>(list, { p, ...variables }))._entities[0]?.prescriptions;
    const first = await read({ first: 2 });
    expect(first?.edges.map(({ node }) => node.id)).toEqual(ids.slice(0, 2));
    expect(first?.pageInfo.hasNextPage).toBe(true);
    expect((await read({ first: 2, after: first?.pageInfo.endCursor }))?.edges.map(({ node }) => node.id)).toEqual(ids.slice(2));
    expect((await read({ status: ['DRAFT'] }))?.edges.map(({ node }) => node.id)).toEqual(ids.slice(1, 2));
    expect((await read({ status: [] }))?.edges).toHaveLength(3);
  });

  test('need as many statements for many patients and prescriptions as for one', async () => {
    const practitionerCases = await Promise.all(Array.from({ length: 4 }, () => givenCall(graph)));
    const [one, ...others] = practitionerCases;
    if (!one) throw new Error('no case');
    for (const other of others) {
      await graph.receive('patient.proxyGranted', other.patientId, {
        grantId: `prx_${other.patientId.slice(4)}`,
        patientId: other.patientId,
        proxyPatientId: one.patientId,
        endsOn: null,
      });
      for (let count = 0; count < 3; count++) await givenSigned(other, { pharmacyId: ablePharmacy });
    }
    await givenSigned(one, { pharmacyId: ablePharmacy });
    const count = async (cases: readonly { patientId: string }[], expected: number) => {
      const p = cases.map(({ patientId }) => ({ __typename: 'Patient', id: patientId }));
      let listed = 0;
      const statements = await graph.statements(async () => {
        const data = await one.patient.execute<Listed>(list, { p });
        listed = data._entities.reduce((sum, { prescriptions }) => sum + prescriptions.edges.length, 0);
      });
      expect(listed).toBe(expected);
      return statements.length;
    };
    const few = await count([one], 1);
    expect(await count(practitionerCases, 10)).toBe(few);
    expect(few).toBeLessThanOrEqual(12);
  });
});
