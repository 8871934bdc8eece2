import pg from 'pg';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { demoIds } from '../router/personas.ts';

/** Whether a database has anything, and whether it has what the seed put there. Each is loaded in one transaction: all or nothing. */
const probes: Readonly<Record<SubgraphName, { used: string; seeded: string; id: string }>> = {
  patient: { used: 'select from patient', seeded: 'select from patient where id = $1', id: demoIds.patient },
  appointment: { used: 'select from practitioner', seeded: 'select from practitioner where id = $1', id: demoIds.practitioner },
  visit: { used: 'select from visit', seeded: 'select from visit where patient_id = $1', id: demoIds.patient },
  prescription: { used: 'select from prescription', seeded: 'select from prescription where patient_id = $1', id: demoIds.patient },
  billing: { used: 'select from account', seeded: 'select from account where patient_id = $1', id: demoIds.patient },
};

/** EMPTY: nobody is in it. SEEDED: the demo data is in it, whatever came since. USED: other people's data is. */
export type SeedState = 'EMPTY' | 'SEEDED' | 'USED';

/** @throws ConfigError when a seeding stopped half way: some databases have the demo data and some do not */
export async function seedState(urls: Readonly<Record<SubgraphName, string>>): Promise<SeedState> {
  const found = await Promise.all(subgraphNames.map(async (name) => ({ name, ...(await probe(name, urls[name])) })));
  const seeded = found.filter((one) => one.seeded).map(({ name }) => name);
  if (seeded.length === subgraphNames.length) return 'SEEDED';
  if (seeded.length > 0) {
    const missing = subgraphNames.filter((name) => !seeded.includes(name));
    throw new ConfigError(
      `The demo data is only in the databases of ${seeded.join(', ')}, not of ${missing.join(', ')}: the seeding stopped half way. Delete the data folder (.data, or DATA_DIR) and start again.`,
    );
  }
  return found.some(({ used }) => used) ? 'USED' : 'EMPTY';
}

async function probe(name: SubgraphName, url: string): Promise<{ used: boolean; seeded: boolean }> {
  const client = new pg.Client({ connectionString: url, application_name: 'seed' });
  await client.connect();
  try {
    const { used, seeded, id } = probes[name];
    const { rows } = await client.query<{ used: boolean; seeded: boolean }>(
      `select exists (${used}) as used, exists (${seeded}) as seeded`,
      [id],
    );
    return rows[0] ?? { used: false, seeded: false };
  } finally {
    await client.end();
  }
}
