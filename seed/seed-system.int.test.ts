import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { withProtection } from '#chassis/protection/with-protection.ts';
import { testDatabase, type TestDatabase } from '#chassis/testing/test-database.ts';
import { demoIds } from '../router/personas.ts';
import { protectedTables } from '../subgraphs/prescription/protected-columns.ts';
import { verifySignature } from '../subgraphs/prescription/signing.ts';
import { seedIfEmpty, seedSystem } from './seed-system.ts';

const today = new Date('2026-03-18T12:00:00.000Z');
const databases = new Map<SubgraphName, TestDatabase>();
let urls: Record<SubgraphName, string>;

const fresh = async (): Promise<Map<SubgraphName, TestDatabase>> =>
  new Map(await Promise.all(subgraphNames.map(async (name) => [name, await testDatabase(name)] as const)));
const urlsOf = (opened: ReadonlyMap<SubgraphName, TestDatabase>) =>
  Object.fromEntries([...opened].map(([name, { url }]) => [name, url])) as Record<SubgraphName, string>;

async function query<Row extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const count = async (name: SubgraphName, from: string, values: unknown[] = []): Promise<number> =>
  Number((await query<{ count: string }>(urls[name], `select count(*) from ${from}`, values))[0]?.count);

beforeAll(async () => {
  for (const [name, database] of await fresh()) databases.set(name, database);
  urls = urlsOf(databases);
  const startedAt = performance.now();
  const rows = await seedSystem(urls, { patients: 300, today, progress: () => undefined, env: {} });
  console.log(`seeded 300 patients, ${rows} rows in ${Math.round(performance.now() - startedAt)} ms`);
});

afterAll(async () => {
  for (const database of databases.values()) await database[Symbol.asyncDispose]();
});

test('fills every database', async () => {
  expect(await count('patient', 'patient')).toBe(300);
  expect(await count('appointment', 'known_patient')).toBe(300);
  expect(await count('billing', 'account')).toBe(300);
  expect(await count('visit', 'visit')).toBeGreaterThan(300);
  expect(await count('prescription', `prescription where status = 'ACTIVE'`)).toBeGreaterThan(20);
});

test('leaves nothing to send and nothing taken in: the first event about a seeded thing is its first', async () => {
  for (const name of subgraphNames) expect(await count(name, 'outbox_event')).toBe(0);
});

test('seeding again inserts nothing, and says so', async () => {
  const told: string[] = [];
  expect(await seedSystem(urls, { patients: 300, today, progress: (step) => told.push(step), env: {} })).toBe(0);
  expect(told).toEqual(['the demo data is there already: nothing to do']);
  expect(await seedIfEmpty(urls, { progress: () => undefined, env: {} })).toBe(false);
  expect(await count('patient', 'patient')).toBe(300);
});

test('a half-seeded system is recognised, and other data is left alone', async () => {
  const others = await fresh();
  try {
    const mixed = { ...urlsOf(others), patient: urls.patient, visit: urls.visit };
    const half = /only in the databases of patient, visit, not of appointment, prescription, billing/;
    await expect(seedIfEmpty(mixed, { progress: () => undefined, env: {} })).rejects.toThrow(half);
    await expect(seedIfEmpty(mixed, { progress: () => undefined, env: {} })).rejects.toThrow(ConfigError);

    await query(urlsOf(others).billing, `insert into account values ('acc_1', 'pat_1', 'USD', now())`);
    expect(await seedIfEmpty(urlsOf(others), { progress: () => undefined, env: {} })).toBe(false);
    await expect(seedSystem(urlsOf(others), { patients: 20, today, progress: () => undefined, env: {} })).rejects.toThrow(
      'data of their own',
    );
  } finally {
    for (const database of others.values()) await database[Symbol.asyncDispose]();
  }
});

test('one database that refuses leaves all five as they were', async () => {
  const others = await fresh();
  const at = urlsOf(others);
  try {
    await query(at.billing, 'alter table ledger_entry add constraint never check (false)');
    await expect(seedSystem(at, { patients: 20, today, progress: () => undefined, env: {} })).rejects.toThrow('never');
    for (const [name, table] of [
      ['patient', 'patient'],
      ['appointment', 'practitioner'],
      ['visit', 'visit'],
      ['prescription', 'prescription'],
      ['billing', 'account'],
    ] as const) {
      expect(await query(at[name], `select from ${table}`)).toHaveLength(0);
    }
  } finally {
    for (const database of others.values()) await database[Symbol.asyncDispose]();
  }
});

test('the ledger sums to zero, and what it says a patient owes is what is open of the invoices', async () => {
  expect(
    await query(urls.billing, 'select transaction_id from ledger_entry group by transaction_id having sum(amount_minor) <> 0'),
  ).toEqual([]);
  const differences = await query(
    urls.billing,
    `select patient_id from (
       select patient_id, amount_minor from ledger_entry where account = 'RECEIVABLE'
       union all select patient_id, -total_minor from invoice where status in ('ISSUED', 'BALANCED')
       union all select patient_id, amount_minor from payment where status = 'SUCCEEDED'
     ) as both_sides group by patient_id having sum(amount_minor) <> 0`,
  );
  expect(differences).toEqual([]);
});

test('the next invoice number follows the last one', async () => {
  const [row] = await query<{ same: boolean }>(
    urls.billing,
    `select bool_and(last_number = (select count(*) from invoice where number like 'INV-' || year || '-%')
       and last_number = (select max(right(number, 6)::integer) from invoice where number like 'INV-' || year || '-%')) as same from invoice_counter`,
  );
  expect(row?.same).toBe(true);
});

test('signatures verify with the key that is kept', async () => {
  const sealed = await query<{ id: string; patientId: string; signedPayload: string; signature: string; publicKey: string }>(
    urls.prescription,
    `select p.id, patient_id as "patientId", signed_payload as "signedPayload", signature, public_key as "publicKey"
     from prescription as p join signing_key on signing_key.id = signing_key_id limit 51`,
  );
  expect(sealed).toHaveLength(51);
  const [table] = protectedTables;
  if (!table) throw new Error('prescriptions are not protected');
  const signed = await withProtection(
    { subgraph: 'prescription', databaseUrl: urls.prescription, tables: protectedTables, env: {} },
    (protection) => protection.openRows(table, sealed),
  );
  for (const { signedPayload, signature, publicKey } of signed) expect(verifySignature(signedPayload, signature, publicKey)).toBe(true);
});

test('the history of a prescription tells every step', async () => {
  const stories = await query<{ story: string }>(
    urls.prescription,
    `select distinct (select string_agg(h.status::text, ' ' order by position) from prescription_status_change as h where h.prescription_id = p.id) as story from prescription as p`,
  );
  const known = [
    'DRAFT',
    'DRAFT ACTIVE',
    'DRAFT ACTIVE COMPLETED',
    'DRAFT ACTIVE STOPPED',
    'DRAFT ACTIVE ON_HOLD',
    'DRAFT ACTIVE CANCELLED',
  ];
  expect(stories.map(({ story }) => story).filter((story) => !known.includes(story))).toEqual([]);
  expect(stories.map(({ story }) => story)).toContain('DRAFT ACTIVE COMPLETED');
});

test('the demo people have something to show', async () => {
  const { patient, practitioner, pharmacy, payer } = demoIds;
  expect(
    await count(
      'patient',
      `allergy_intolerance where patient_id = $1 and substance_code = 'class:penicillins' and clinical_status = 'ACTIVE'`,
      [patient],
    ),
  ).toBe(1);
  for (const name of subgraphNames) expect(await count(name, 'proxy_relation where proxy_patient_id = $1', [patient])).toBe(1);
  for (const name of ['patient', 'visit', 'prescription'] as const) {
    expect(await count(name, 'treating_relation where patient_id = $1 and practitioner_id = $2', [patient, practitioner])).toBe(3);
  }
  expect(
    await count('appointment', `appointment where patient_id = $1 and practitioner_id = $2 and status = 'BOOKED' and starts_at > $3`, [
      patient,
      practitioner,
      today,
    ]),
  ).toBe(1);
  expect(await count('visit', 'clinical_note where patient_id = $1 and signed_at is not null', [patient])).toBe(3);
  expect(
    await count('prescription', `prescription where patient_id = $1 and pharmacy_id = $2 and status = 'ACTIVE'`, [patient, pharmacy]),
  ).toBe(3);
  // Hidden from others who treat the patient: a psychiatric hour, its note and what was prescribed in it.
  for (const [name, table] of [
    ['appointment', 'appointment'],
    ['visit', 'visit'],
    ['visit', 'clinical_note'],
    ['prescription', 'prescription'],
    ['billing', 'charge_item'],
  ] as const) {
    const hidden = `${table} where patient_id = $1 and sensitivities = '{PSYCHIATRIC}'`;
    expect(await count(name, hidden, [patient]), table).toBe(1);
  }
  expect(await count('patient', `consent where status = 'ACTIVE' and sensitivities = '{PSYCHIATRIC}'`)).toBeGreaterThan(10);
  expect(
    await count(
      'prescription',
      `detected_issue join prescription on prescription.id = prescription_id where prescription.patient_id = $1 and status = 'DRAFT' and severity = 'HIGH'`,
      [patient],
    ),
  ).toBe(1);
  const invoices = await query<{ status: string }>(urls.billing, 'select status from invoice where patient_id = $1 order by number', [
    patient,
  ]);
  expect(invoices.map(({ status }) => status)).toEqual(['BALANCED', 'ISSUED', 'ISSUED']);
  const claims = await query<{ outcome: string }>(
    urls.billing,
    'select outcome from claim where patient_id = $1 and payer_organization_id = $2 order by created_at',
    [patient, payer],
  );
  expect(claims.map(({ outcome }) => outcome)).toEqual(['COMPLETE', 'QUEUED', 'QUEUED']);
});
