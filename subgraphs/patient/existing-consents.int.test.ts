import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { migrateDatabase, readMigrations } from '#chassis/migrations.ts';
import { newId } from '#chassis/ids.ts';
import { eventDefinitions } from '#schema/events.ts';

it('consents that were active before anybody kept them are kept here, and told to the others once', async () => {
  const admin = new pg.Client({ connectionString: inject('adminUrl') });
  await admin.connect();
  const name = `test_consents_${randomBytes(4).toString('hex')}`;
  await admin.query(`create database ${name}`);
  const url = Object.assign(new URL(inject('adminUrl')), { pathname: `/${name}` }).href;
  const client = new pg.Client({ connectionString: url });
  try {
    const migrations = readMigrations('patient');
    await migrateDatabase(
      'patient',
      url,
      migrations.filter(({ name: migration }) => migration < '20261128'),
    );
    await client.connect();
    const [patientId, active, revoked, treatment] = [newId('pat'), newId('con'), newId('con'), newId('con')];
    await client.query(
      `insert into patient (id, family, given, family_key, given_key, gender, birth_date, registered_at, updated_at)
       values ('${patientId}', 'A', '{B}', 'a', 'b', 'OTHER', '1980-01-01', now(), now())`,
    );
    await client.query(
      `insert into consent (id, patient_id, status, scope, provision, purposes, sensitivities, period_end, recorded_at, status_changed_at) values
        ('${active}', '${patientId}', 'ACTIVE', 'PATIENT_PRIVACY', 'PERMIT', '{TREATMENT}', '{HIV}', '2999-01-01T00:00:00Z', now(), now()),
        ('${revoked}', '${patientId}', 'INACTIVE', 'PATIENT_PRIVACY', 'PERMIT', '{}', '{HIV}', null, now(), now()),
        ('${treatment}', '${patientId}', 'ACTIVE', 'TREATMENT', 'PERMIT', '{}', '{}', null, now(), now())`,
    );
    await migrateDatabase('patient', url, migrations);
    await migrateDatabase('patient', url, migrations);
    const kept = await client.query<{ id: string }>('select consent_id as id from active_consent');
    expect(kept.rows).toEqual([{ id: active }]);
    const { rows } = await client.query<{ data: unknown; consumers: string[] }>(
      `select data, array(select consumer from outbox_delivery as d where d.position = e.position order by 1) as consumers from outbox_event as e where type = 'consent.activated'`,
    );
    expect(rows.map(({ consumers }) => consumers)).toEqual([['appointment', 'billing', 'prescription', 'visit']]);
    expect(eventDefinitions['consent.activated'].data.parse(rows[0]?.data)).toEqual({
      consentId: active,
      patientId,
      provision: 'PERMIT',
      scope: 'PATIENT_PRIVACY',
      purposes: ['TREATMENT'],
      sensitivities: ['HIV'],
      practitionerId: null,
      periodStart: null,
      periodEnd: '2999-01-01T00:00:00.000Z',
    });
  } finally {
    await client.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
});
