import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecretKey, randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { openDatabase } from '#chassis/database.ts';
import { migrateDatabase } from '#chassis/migrations.ts';
import { seal, unseal } from '#chassis/protection/envelope.ts';
import { protectClient } from '#chassis/protection/protect-client.ts';
import { withProtection } from '#chassis/protection/with-protection.ts';
import { createSubgraphDatabases, startCluster, subgraphUrl } from '../local/embedded-postgres.ts';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { PrismaClient } from '../subgraphs/visit/generated/prisma/client.ts';
import { protectedTables } from '../subgraphs/visit/protected-columns.ts';

// npm run bench:protection: what encryption costs this process, in microseconds of CPU (which a busy machine leaves alone):
// one value, and the query that reads the notes of a chart, with and without. The two take turns.

const rounds = 10;
const text = 'The patient reports a cough since Tuesday, without fever. '.repeat(10);

async function microseconds(times: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const report = (what: string, value: number, more = '') => console.log(`${what.padEnd(46)} ${value.toFixed(1).padStart(8)} µs ${more}`);

async function singleTexts(): Promise<void> {
  const key = { version: 1, key: createSecretKey(randomBytes(32)) };
  const sealed = seal(text, key, 'place');
  await microseconds(20_000, () => unseal(sealed, key.key, 'place'));
  report(`encrypt a text of ${text.length} characters`, median(await take(() => microseconds(2_000, () => seal(text, key, 'place')))));
  report('decrypt it', median(await take(() => microseconds(2_000, () => unseal(sealed, key.key, 'place')))));
}

async function take(measure: () => Promise<number>): Promise<number[]> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) taken.push(await measure());
  return taken;
}

async function charts(databaseUrl: string): Promise<void> {
  await migrateDatabase('visit', databaseUrl);
  const options = { url: databaseUrl, applicationName: 'bench', log: pino({ level: 'silent' }), maxConnections: 1 };
  await withProtection({ subgraph: 'visit', databaseUrl, tables: protectedTables, env: {} }, async (protection) => {
    const bare = openDatabase(options, (adapter) => new PrismaClient({ adapter }));
    const guarded = openDatabase(options, (adapter) => protectClient(new PrismaClient({ adapter }), protectedTables, protection));
    const ids = Array.from({ length: 20 }, (_, index) => `nte_${index}`);
    const at = new Date();
    for (const id of ids) {
      const visit = { id: `vis_${id}`, appointmentId: `apt_${id}`, patientId: 'pat_1', practitionerId: 'prc_1', serviceCode: 'video' };
      const times = { statusSince: at, plannedStartAt: at, plannedEndAt: new Date(at.getTime() + 1), createdAt: at };
      await guarded.client.$transaction([
        guarded.client.visit.create({ data: { ...visit, ...times, status: 'PLANNED' } }),
        guarded.client.visitStatusPeriod.create({ data: { visitId: visit.id, sequence: 1, status: 'PLANNED', startedAt: at } }),
      ]);
      const sections = { subjective: text, objective: text, assessment: text, plan: text };
      await guarded.client.clinicalNote.create({
        data: { id, visitId: visit.id, patientId: 'pat_1', authorId: 'prc_1', revision: 1, ...sections, createdAt: at, updatedAt: at },
      });
    }
    const read = ({ client }: typeof bare) => client.clinicalNote.findMany({ where: { id: { in: ids } } });
    const cost = { bare: [] as number[], guarded: [] as number[] };
    for (let round = 0; round < rounds * 2; round++) {
      cost.bare.push(await microseconds(50, () => read(bare)));
      cost.guarded.push(await microseconds(50, () => read(guarded)));
    }
    const [without, within] = [median(cost.bare), median(cost.guarded)];
    report('read 20 notes of 4 sections, left encrypted', without);
    report('the same, decrypted', within, `+${(within - without).toFixed(0)} µs, ${((within - without) / 80).toFixed(1)} µs a text`);
    await bare.close();
    await guarded.close();
  });
}

await singleTexts();
const folder = mkdtempSync(join(tmpdir(), 'bench-protection-'));
const cluster = await startCluster({ dataDirectory: join(folder, 'postgres'), superuserPassword: 'bench', volatile: true });
try {
  await createSubgraphDatabases(cluster, Object.fromEntries(subgraphNames.map((name) => [name, 'bench'])) as Record<SubgraphName, string>);
  await charts(subgraphUrl(cluster.port, 'visit', 'bench'));
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}
