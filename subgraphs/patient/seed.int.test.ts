import pg from 'pg';
import { expect, it } from 'vitest';
import { newId } from '#chassis/ids.ts';
import { testDatabase } from '#chassis/testing/test-database.ts';
import { seedPatient, type PatientPart, type SeedPatient } from './seed.ts';

const registeredAt = new Date('2026-01-01T00:00:00.000Z');
const person = (birthDate: string): SeedPatient => ({
  id: newId('pat'),
  version: 1,
  active: true,
  family: 'Somebody',
  given: ['Robin'],
  gender: 'UNKNOWN',
  birthDate: new Date(birthDate),
  deceased: false,
  telecom: '[]',
  address: '[]',
  preferredLanguage: 'en',
  timeZone: 'UTC',
  registeredAt,
  updatedAt: registeredAt,
});

it('a seeded proxy may act until the grant ends, and not by a grant that has ended', async () => {
  await using database = await testDatabase('patient');
  const [child, parent] = [person('2012-06-30'), person('1980-01-01')];
  const held = {
    id: newId('prx'),
    patientId: child.id,
    proxyPatientId: parent.id,
    relationship: 'PARENT' as const,
    status: 'ACTIVE' as const,
    endsOn: new Date('2030-06-30'),
    grantedAt: registeredAt,
    endedAt: null,
  };
  const ended = { ...held, id: newId('prx'), status: 'REVOKED' as const, endedAt: registeredAt };
  async function* parts(): AsyncGenerator<PatientPart> {
    yield {
      patients: [child, parent],
      identifiers: [],
      allergies: [],
      consents: [],
      proxyGrants: [held, ended],
      treatingRelations: [],
      pharmacyRelations: [],
    };
  }
  await seedPatient(database.url, parts(), {});
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query('select grant_id, ends_on::text as ends_on from proxy_relation');
    expect(rows).toEqual([{ grant_id: held.id, ends_on: '2030-06-30' }]);
  } finally {
    await client.end();
  }
});
