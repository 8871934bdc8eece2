import pg from 'pg';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';
import { seedState } from './seed-state.ts';
import { shareParts, StoppedError } from './share-parts.ts';
import type { WorldPart } from './world.ts';

type DatabaseUrls = Readonly<Record<SubgraphName, string>>;
type Progress = (step: string) => void;

export interface SeedOptions {
  readonly patients: number;
  /** The instant that counts as now. */
  readonly today: Date;
  readonly progress: Progress;
  /** Where the key-encryption keys of the subgraphs are configured. */
  readonly env: NodeJS.ProcessEnv;
}

const patientsByDefault = 300;

/** How many parts a database may be ahead of the slowest: so many are held in memory. */
const window = 3;

/**
 * Puts the demo data into a system in which nobody is yet.
 * @returns whether it did
 * @throws ConfigError when an earlier seeding stopped half way
 */
export async function seedIfEmpty(urls: DatabaseUrls, { progress, env }: Pick<SeedOptions, 'progress' | 'env'>): Promise<boolean> {
  if ((await seedState(urls)) !== 'EMPTY') return false;
  progress('making up a hospital for the empty databases');
  return (await seedSystem(urls, { patients: patientsByDefault, today: new Date(), progress, env })) > 0;
}

/**
 * Loads the demo data into five migrated databases at once.
 * @returns how many rows were inserted; none when the demo data is there already
 * @throws ConfigError when the databases hold other data, or an earlier seeding stopped half way
 */
export function seedSystem(urls: DatabaseUrls, options: SeedOptions): Promise<number> {
  return alone(urls.patient, async () => {
    const state = await seedState(urls);
    if (state === 'USED')
      throw new ConfigError('The databases have data of their own; demo data goes into empty ones only. Set DATA_DIR to another folder.');
    if (state === 'SEEDED') {
      options.progress('the demo data is there already: nothing to do');
      return 0;
    }
    return load(urls, options);
  });
}

async function load(urls: DatabaseUrls, { patients, today, progress, env }: SeedOptions): Promise<number> {
  // Loaded only now: a start that finds its data should not pay for the generator.
  const [{ generateWorld }, { seedPatient }, { seedAppointment }, { seedVisit }, { seedPrescription }, { seedBilling }] = await Promise.all(
    [
      import('./world.ts'),
      import('../subgraphs/patient/seed.ts'),
      import('../subgraphs/appointment/seed.ts'),
      import('../subgraphs/visit/seed.ts'),
      import('../subgraphs/prescription/seed.ts'),
      import('../subgraphs/billing/seed.ts'),
    ],
  );
  const shared = shareParts(told(generateWorld({ patients, today }), patients, progress), subgraphNames.length, window);
  const partsOf = <Name extends SubgraphName>(name: Name) => only(shared[subgraphNames.indexOf(name)] ?? never(), name);
  const outcomes = await Promise.allSettled([
    seedPatient(urls.patient, partsOf('patient'), env),
    seedAppointment(urls.appointment, partsOf('appointment'), env),
    seedVisit(urls.visit, partsOf('visit'), env),
    seedPrescription(urls.prescription, partsOf('prescription'), env),
    seedBilling(urls.billing, partsOf('billing'), env),
  ]);
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => asError(reason));
  const cause = failures.find((failure) => !(failure instanceof StoppedError)) ?? failures[0];
  if (cause) throw cause;
  return outcomes.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value : 0), 0);
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** Says how far it is, where that takes more than a moment. */
function* told(world: Iterable<WorldPart>, patients: number, progress: Progress): Generator<WorldPart, void, undefined> {
  let done = 0;
  for (const part of world) {
    done += part.patient.patients.length;
    yield part;
    if (done < patients && Math.floor(done / 10_000) > Math.floor((done - part.patient.patients.length) / 10_000))
      progress(`${done} of ${patients} patients`);
  }
}

async function* only<Name extends SubgraphName>(
  parts: AsyncIterable<WorldPart>,
  name: Name,
): AsyncGenerator<WorldPart[Name], void, undefined> {
  for await (const part of parts) yield part[name];
}

function never(): never {
  throw new RangeError('every subgraph has its parts');
}

/** Only one seeding at a time, of whatever process. */
async function alone<R>(databaseUrl: string, work: () => Promise<R>): Promise<R> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'seed lock' });
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(hashtextextended('seed', 0))`);
    return await work();
  } finally {
    await client.end();
  }
}
