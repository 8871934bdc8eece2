import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { migrateDatabase, migrationStatus, readMigrations, type Migration } from './migrations.ts';

// Migrations against an empty database, with small ones of our own.

let admin: pg.Client;
let client: pg.Client;
let name: string;
let url: string;

beforeEach(async () => {
  admin = new pg.Client({ connectionString: inject('adminUrl') });
  await admin.connect();
  name = `test_migrations_${randomBytes(4).toString('hex')}`;
  await admin.query(`create database ${name}`);
  url = Object.assign(new URL(inject('adminUrl')), { pathname: `/${name}` }).href;
  client = new pg.Client({ connectionString: url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await admin.query(`drop database ${name} with (force)`);
  await admin.end();
});

const first: Migration = { name: '20260101000000_first', sql: 'create table a (id int);\n' };
const second: Migration = {
  name: '20260102000000_second',
  sql: `create function f() returns int language plpgsql as $$ begin return 1; end; $$;\ncreate table b (id int);\n`,
};
const tables = async () =>
  (
    await client.query<{ t: string }>(
      `select tablename as t from pg_tables where schemaname = 'public' and tablename in ('a', 'b', 'c') order by 1`,
    )
  ).rows.map(({ t }) => t);

test('what is missing is applied in order, and the next time nothing is', async () => {
  expect(await migrateDatabase('visit', url, [first])).toEqual([first.name]);
  expect((await migrationStatus(client, 'visit', [first, second])).missing).toEqual([second.name]);
  expect(await migrateDatabase('visit', url, [first, second])).toEqual([second.name]);
  expect(await migrateDatabase('visit', url, [first, second])).toEqual([]);
  expect(await tables()).toEqual(['a', 'b']);
});

test('several processes that start at once apply each migration once', async () => {
  const applied = await Promise.all([1, 2, 3].map(() => migrateDatabase('visit', url, [first, second])));
  expect(applied.flat().sort()).toEqual([first.name, second.name]);
});

test('a database that is ahead is left alone, with a sentence that says so', async () => {
  await migrateDatabase('visit', url, [first, second]);
  const third = { name: '20260103000000_third', sql: 'create table c (id int);\n' };
  await expect(migrateDatabase('visit', url, [first, third])).rejects.toThrow(`ahead of this version: it has ${second.name}`);
  expect(await tables()).toEqual(['a', 'b']);
});

test('an edited migration stops everything', async () => {
  await migrateDatabase('visit', url, [first]);
  await expect(migrateDatabase('visit', url, [{ ...first, sql: 'create table a (id bigint);\n' }, second])).rejects.toThrow(
    `was edited since: ${first.name}`,
  );
  expect(await tables()).toEqual(['a']);
});

test('a migration that fails is said to have failed, and nothing is applied on top of it', async () => {
  const broken = { name: '20260102000000_broken', sql: 'create table b (id nonsense);\n' };
  await expect(migrateDatabase('visit', url, [first, broken])).rejects.toThrow();
  await expect(migrateDatabase('visit', url, [first, broken, { ...second, name: '20260104000000_later' }])).rejects.toThrow(
    `failed half way: ${broken.name}`,
  );
  expect(await tables()).toEqual(['a']);
});

test('every subgraph has migrations of the chassis and of its own, in order', () => {
  const names = readMigrations('billing').map((migration) => migration.name);
  expect(names[0]).toMatch(/_chassis$/);
  expect(names.some((migration) => migration.endsWith('_init'))).toBe(true);
  expect(names).toEqual([...names].sort());
});
