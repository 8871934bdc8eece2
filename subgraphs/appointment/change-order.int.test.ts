import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { migrateDatabase, readMigrations } from '#chassis/migrations.ts';
import { at, openPractice, send } from './testing/practice.ts';

// What triggers keep of the order of changes, where no service writes: a person at psql, a migration of what is there.

const rows = (db: pg.Pool | pg.Client, where = 'true') =>
  db
    .query<{ party_id: string; changed_at: Date; updated_at: Date }>(
      `select party_id, changed_at, updated_at from appointment_change join appointment as a on a.id = appointment_id where ${where}`,
    )
    .then((result) => result.rows);

test('of a statement that changes many, each has an instant of its own for each party', async () => {
  await using practice = await openPractice();
  const { practitionerId, healthcareServiceId, patientId } = await practice.booking();
  await send(practice.desk, 'bookAppointment', { patientId, practitionerId, healthcareServiceId, startsAt: at(1, '15:00') });
  await send(practice.desk, 'bookAppointment', {
    patientId: await practice.patient(),
    practitionerId,
    healthcareServiceId,
    startsAt: at(1, '16:00'),
  });
  const { pool } = practice.graph.subgraph.database;
  await pool.query(`update appointment set created_at = now()`);
  const changes = await rows(pool);
  expect(changes).toHaveLength(6);
  for (const { changed_at, updated_at } of changes) expect(changed_at).toEqual(updated_at);
  expect(new Set(changes.map(({ party_id, changed_at }) => `${party_id} ${changed_at.toISOString()}`)).size).toBe(6);
});

test('a clock that is set back does not take the order with it', async () => {
  await using practice = await openPractice();
  const { appointmentId } = await practice.booking();
  const { pool } = practice.graph.subgraph.database;
  await pool.query(`update appointment_change set changed_at = changed_at + interval '1 hour'`);
  const [ahead] = await rows(pool);
  await send(practice.desk, 'rescheduleAppointment', { appointmentId, startsAt: at(1, '15:00') });
  const [after] = await rows(pool);
  expect(after?.updated_at.getTime()).toBe((ahead?.changed_at.getTime() ?? 0) + 1);
});

test('appointments that are there before the order are given a place in it', async () => {
  const admin = new pg.Client({ connectionString: inject('adminUrl') });
  await admin.connect();
  const name = `test_change_order_${randomBytes(4).toString('hex')}`;
  await admin.query(`create database ${name}`);
  const url = Object.assign(new URL(inject('adminUrl')), { pathname: `/${name}` }).href;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const migrations = readMigrations('appointment');
    const before = migrations.findIndex(({ name: migration }) => migration.endsWith('_change_order'));
    await migrateDatabase('appointment', url, migrations.slice(0, before));
    await client.query(`
      insert into practitioner (id, given_name, family_name, npi, specialty, created_at) values ('prc_1', 'Robin', 'Example', '1000000004', 'NEUROLOGY', now());
      insert into healthcare_service values ('hcs_1', 'code', 'name', 'VIDEO', 20, 0, 0, 20, 0, 100, 0, 0, null, null, null, null, false, now());
      insert into appointment (id, patient_id, practitioner_id, healthcare_service_id, status, starts_at, ends_at, blocked_from, blocked_until, created_at)
      select 'apt_' || n, 'pat_1', 'prc_1', 'hcs_1', 'BOOKED', at, at + interval '1 hour', at, at + interval '1 hour', now()
      from generate_series(1, 50) as n cross join lateral (select timestamptz '2030-01-01' + n * interval '1 day' as at) as day`);
    await migrateDatabase('appointment', url, migrations);
    const changes = await rows(client);
    expect(new Set(changes.map(({ party_id, changed_at }) => `${party_id} ${changed_at.toISOString()}`)).size).toBe(100);
  } finally {
    await client.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
});
