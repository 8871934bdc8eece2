import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { pino } from 'pino';
import { type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import fc from 'fast-check';
import { PrismaClient } from '../../patient/generated/prisma/client.ts';
import { createAuditTrail } from '../audit-trail.ts';
import { purposes, roles, type Caller } from '../caller.ts';
import { createChartAccess } from '../chart-access.ts';
import { openDatabase, type Database } from '../database.ts';
import { testDatabase, type TestDatabase } from '../testing/test-database.ts';
import {
  all,
  always,
  any,
  brokeGlass,
  column,
  consentsPermit,
  dispensesTo,
  isOwnOrganization,
  isOwnPractitioner,
  isProxy,
  isSelf,
  rowIs,
  treats,
} from './conditions.ts';
import { announceEndedSince } from './rights-by-time.ts';
import { accessRules, withoutRule } from './rules.ts';

// One rule, two forms: what a list shows is what each thing by itself shows.

interface Thing {
  id: string;
  patientId: string;
  practitionerId: string | null;
  organizationId: string | null;
  signed: boolean;
  labels: string[];
}

const patient = column('patient_id', ({ patientId }: Thing) => patientId);
const isSigned = rowIs(
  (t) => sql`${t}.signed`,
  ({ signed }: Thing) => signed,
);
const consented = consentsPermit(
  patient,
  column('labels', ({ labels }: Thing) => labels),
);
const says = 'In a test.';
const serves = 'nothing';

const things = accessRules<Thing>('Thing', { id: ({ id }) => id, patientId: ({ patientId }) => patientId }, [
  { id: 'self', who: ['PATIENT'], may: 'read', when: isSelf(patient), says, serves },
  { id: 'proxy', who: ['PATIENT'], may: 'read', when: all(isProxy(patient), isSigned), says, serves },
  {
    id: 'author',
    who: ['PRACTITIONER'],
    may: 'read',
    when: isOwnPractitioner(column('practitioner_id', ({ practitionerId }: Thing) => practitionerId)),
    says,
    serves,
  },
  { id: 'treating', who: ['PRACTITIONER'], may: 'read', when: all(treats(patient), any(isSigned), consented), says, serves },
  { id: 'break-glass', who: ['PRACTITIONER'], may: 'read', when: brokeGlass(patient), says, serves },
  { id: 'desk', who: ['FRONT_DESK'], may: 'read', when: isSigned, says, serves },
  { id: 'biller', who: ['BILLER'], may: 'read', when: consented, says, serves },
  { id: 'system', who: ['SYSTEM'], may: 'read', when: always, says, serves },
  {
    id: 'organization',
    who: ['PAYER'],
    may: 'read',
    when: isOwnOrganization(column('organization_id', ({ organizationId }: Thing) => organizationId)),
    says,
    serves,
  },
  { id: 'dispensing', who: ['PHARMACY'], may: 'read', when: any(dispensesTo(patient), isSigned), says, serves },
]);

let home: TestDatabase;
let database: Database<PrismaClient>;
beforeAll(async () => {
  home = await testDatabase('patient');
  database = openDatabase(
    { url: home.url, applicationName: 'test', log: pino({ level: 'silent' }) },
    (adapter) => new PrismaClient({ adapter }),
  );
  await database.pool.query(
    'create table thing (id text, patient_id text, practitioner_id text, organization_id text, signed boolean, labels text[])',
  );
});
afterAll(async () => {
  await database.close();
  await home[Symbol.asyncDispose]();
});

const asks = (caller: Partial<Caller> & Pick<Caller, 'role'>) => {
  const whole: Caller = { subject: 's', scopes: [], ...caller };
  return { caller: whole, charts: createChartAccess(whole, database.client), audit: createAuditTrail() };
};

const patients = ['pat_1', 'pat_2', 'pat_3'];
const practitioners = ['prc_1', 'prc_2'];
const anyPatient = fc.constantFrom(...patients);
const anyPractitioner = fc.constantFrom(...practitioners);
const organization = fc.constantFrom('org_1', 'org_2');
const labels = fc.subarray(['HIV', 'PSYCHIATRIC']);
const days = (count: number) => new Date(Date.now() + count * 24 * 60 * 60 * 1_000);
const day = fc.constantFrom(null, days(-2), days(-1), days(1), days(2));

const world = fc.record({
  treating: fc.array(fc.tuple(anyPatient, anyPractitioner, fc.constantFrom(days(-400), days(-300), days(7))), { maxLength: 4 }),
  glass: fc.array(fc.tuple(anyPatient, anyPractitioner, fc.constantFrom(-50, 10), fc.boolean()), { maxLength: 2 }),
  proxies: fc.array(fc.tuple(anyPatient, anyPatient, day), { maxLength: 3 }),
  pharmacies: fc.array(fc.tuple(anyPatient, organization), { maxLength: 2 }),
  consents: fc.array(
    fc.record({
      patientId: anyPatient,
      provision: fc.constantFrom('PERMIT', 'DENY'),
      purposes: fc.subarray(['TREATMENT', 'PAYMENT']),
      sensitivities: labels,
      practitionerId: fc.option(anyPractitioner),
      from: day,
      until: day,
    }),
    { maxLength: 8 },
  ),
  fresh: fc.boolean(),
  things: fc.array(
    fc.record({
      patientId: anyPatient,
      practitionerId: fc.option(anyPractitioner),
      organizationId: fc.option(organization),
      signed: fc.boolean(),
      labels,
    }),
    { minLength: 1, maxLength: 8 },
  ),
});

const caller = fc.record({
  role: fc.constantFrom(...roles, 'PRACTITIONER' as const, 'PRACTITIONER' as const),
  patientId: fc.option(anyPatient, { nil: undefined }),
  practitionerId: fc.option(anyPractitioner, { nil: undefined, freq: 8 }),
  organizationId: fc.option(organization, { nil: undefined }),
  purpose: fc.option(fc.constantFrom(...purposes), { nil: undefined }),
});

/** Fills the tables in one statement, so that a hundred worlds take no time. */
async function build({
  treating,
  glass,
  proxies,
  pharmacies,
  consents,
  fresh,
  things: some,
}: typeof world extends fc.Arbitrary<infer W> ? W : never): Promise<Thing[]> {
  const rows = some.map((thing, n) => ({ id: `thing_${n}`, ...thing }));
  await database.pool.query(
    `do $do$
     declare w jsonb := '${JSON.stringify({
       treating: treating.map(([patient_id, practitioner_id, effective_at], n) => ({
         source_id: `s${n}`,
         patient_id,
         practitioner_id,
         effective_at,
       })),
       glass: glass.map(([patient_id, practitioner_id, minutes, ended], n) => ({
         grant_id: `g${n}`,
         patient_id,
         practitioner_id,
         minutes,
         ended,
       })),
       proxies: proxies.map(([patient_id, proxy_patient_id, ends_on], n) => ({ grant_id: `p${n}`, patient_id, proxy_patient_id, ends_on })),
       pharmacies: pharmacies.map(([patient_id, pharmacy_id], n) => ({ prescription_id: `r${n}`, patient_id, pharmacy_id })),
       consents: consents.map(({ patientId, practitionerId, from, until, ...codes }, n) => ({
         ...codes,
         consent_id: `c${n}`,
         patient_id: patientId,
         practitioner_id: practitionerId,
         period_start: from,
         period_end: until,
       })),
       things: rows.map(({ patientId, practitionerId, organizationId, ...rest }) => ({
         ...rest,
         patient_id: patientId,
         practitioner_id: practitionerId,
         organization_id: organizationId,
       })),
     })}';
     begin
       delete from treating_relation; delete from break_glass_grant; delete from proxy_relation; delete from pharmacy_relation; delete from active_consent; delete from thing;
       insert into treating_relation select r.* from jsonb_populate_recordset(null::treating_relation, w->'treating') as r;
       insert into break_glass_grant select grant_id, patient_id, practitioner_id, now() - interval '2 hours', now() + make_interval(mins => minutes), case when ended then now() end
         from jsonb_to_recordset(w->'glass') as g (grant_id text, patient_id text, practitioner_id text, minutes int, ended boolean);
       insert into proxy_relation select r.* from jsonb_populate_recordset(null::proxy_relation, w->'proxies') as r;
       insert into pharmacy_relation select r.* from jsonb_populate_recordset(null::pharmacy_relation, w->'pharmacies') as r;
       insert into active_consent select r.* from jsonb_populate_recordset(null::active_consent, w->'consents') as r;
       insert into thing select r.* from jsonb_populate_recordset(null::thing, w->'things') as r;
       update inbox_source set heard_at = ${fresh ? 'now()' : "now() - interval '2 minutes'"} where source = 'patient';
     end $do$`,
  );
  return rows;
}

const listed = async (condition: Sql): Promise<string[]> => {
  const rows = await database.client.$queryRaw<{ id: string }[]>(sql`select t.id from thing as t where ${condition} order by t.id`);
  return rows.map(({ id }) => id);
};

describe('access rules', () => {
  it('say the same of a list and of each thing in it, whoever asks', async () => {
    let shown = 0;
    let hidden = 0;
    await fc.assert(
      fc.asyncProperty(world, fc.array(caller, { minLength: 4, maxLength: 4 }), async (state, callers) => {
        const rows = await build(state);
        for (const who of callers) {
          const asker = asks(who);
          const seen = await Promise.all(rows.map((row) => things.sees(asker, row)));
          const expected = rows.filter((_row, n) => seen[n]).map(({ id }) => id);
          expect(await listed(things.inSight(asker, 't'))).toEqual(expected);
          shown += expected.length;
          hidden += rows.length - expected.length;
        }
      }),
      { numRuns: 25 },
    );
    // A property that only ever sees one answer proves nothing.
    expect(Math.min(shown, hidden)).toBeGreaterThan(50);
  });

  it('show nothing where no rule is for the caller, and record that a thing was refused, not one that is not there', async () => {
    const asker = asks({ role: 'PRIVACY_OFFICER' });
    const thing: Thing = { id: 'thing_1', patientId: 'pat_1', practitionerId: null, organizationId: null, signed: true, labels: [] };
    expect(await things.visible(asker, thing)).toBeNull();
    expect(await things.visible(asker, null)).toBeNull();
    expect(asker.audit.accesses()).toEqual([{ type: 'Thing', id: 'thing_1', patientId: 'pat_1', outcome: 'DENIED' }]);
    expect(things.inSight(asker, 't').sql).toBe('false');
  });

  it('can be left out one at a time by a test, in both forms', async () => {
    const asker = asks({ role: 'SYSTEM' });
    const rule = things.rules.find(({ id }) => id === 'system');
    if (!rule) throw new Error('no such rule');
    const thing: Thing = { id: 'thing_1', patientId: 'pat_1', practitionerId: null, organizationId: null, signed: true, labels: [] };
    const both = async () => [await things.sees(asker, thing), things.inSight(asker, 't').sql];
    expect(await withoutRule(rule, both)).toEqual([false, 'false']);
    expect(await both()).toEqual([true, '(true)']);
  });
});

it('a right that ends by time is announced once, so that streams that rest on it ask again', async () => {
  const { pool } = database;
  await pool.query(`delete from active_consent; delete from break_glass_grant;
    insert into break_glass_grant values
      ('over', 'pat_glass', 'prc_1', now() - interval '1 hour', now() - interval '10 s', null),
      ('ended', 'pat_1', 'prc_1', now() - interval '1 hour', now() - interval '10 s', now()),
      ('open', 'pat_2', 'prc_1', now(), now() + interval '1 hour', null);
    insert into active_consent values
      ('begins', 'pat_begins', 'DENY', '{}', '{}', null, now() - interval '10 s', null),
      ('ends', 'pat_ends', 'PERMIT', '{}', '{}', null, null, now() - interval '10 s'),
      ('holds', 'pat_3', 'PERMIT', '{}', '{}', null, now() - interval '1 day', null)`);
  const listener = new pg.Client({ connectionString: home.url });
  await listener.connect();
  try {
    await listener.query('listen change');
    const told: string[] = [];
    const end = new Promise<void>((resolve) => {
      listener.on('notification', ({ payload = '' }) => (payload === 'end' ? resolve() : told.push(payload)));
    });
    await announceEndedSince(pool, null);
    const lookedAt = await announceEndedSince(pool, days(-0.001));
    await announceEndedSince(pool, lookedAt);
    await pool.query("select announce('end')");
    await end;
    expect(told.sort()).toEqual(['pat_begins', 'pat_ends', 'pat_glass']);
  } finally {
    await listener.end();
  }
});

describe('a relation to a patient', () => {
  const hundred = Array.from({ length: 100 }, (_, n): Thing => ({
    id: `thing_${n}`,
    patientId: `pat_${n}`,
    practitionerId: 'prc_9',
    organizationId: null,
    signed: true,
    labels: [],
  }));
  const statementsOf = async (who: Partial<Caller> & Pick<Caller, 'role'>, rows: readonly Thing[]) => {
    let statements = 0;
    const whole: Caller = { subject: 's', scopes: [], ...who };
    const counted = {
      $queryRaw: (query: Sql) => (statements++, database.client.$queryRaw(query)),
      $executeRaw: () => Promise.reject(new Error('reads')),
    };
    const asker = { caller: whole, charts: createChartAccess(whole, counted as never) };
    await Promise.all(rows.map((row) => things.sees(asker, row)));
    return statements;
  };

  it('of a practitioner takes one statement for a hundred patients', async () => {
    expect(await statementsOf({ role: 'PRACTITIONER', practitionerId: 'prc_1' }, hundred)).toBe(1);
  });
  it('takes none where the claims decide', async () => {
    expect(await statementsOf({ role: 'PRACTITIONER', practitionerId: 'prc_9' }, hundred)).toBe(0);
    expect(await statementsOf({ role: 'PATIENT', patientId: 'pat_7' }, hundred.slice(7, 8))).toBe(0);
    expect(await statementsOf({ role: 'PATIENT' }, hundred)).toBe(0);
    expect(await statementsOf({ role: 'PRIVACY_OFFICER' }, hundred)).toBe(0);
  });
});
