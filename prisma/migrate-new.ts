import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ConfigError } from '#chassis/config.ts';
import { isSubgraphName } from '#chassis/migrations.ts';
import { openSchemaEngine } from '#chassis/schema-engine.ts';
import { runCommand } from '../local/command.ts';
import { withDatabases } from '../local/databases.ts';

// npm run migrate:new -- <subgraph> <name>: writes the SQL that leads from the committed Prisma schema to the edited one.
// Constraints and triggers that Prisma does not know are added to the file by hand.

await runCommand(async () => {
  const [subgraph = '', label = ''] = process.argv.slice(2);
  if (!isSubgraphName(subgraph) || !/^[a-z][a-z0-9_]*$/.test(label)) {
    throw new ConfigError('Usage: npm run migrate:new -- <subgraph> <name>, for example: npm run migrate:new -- patient add_pronouns');
  }
  const root = fileURLToPath(new URL('..', import.meta.url));
  const schemaFile = `prisma/${subgraph}/schema.prisma`;
  const folder = `${root}prisma/${subgraph}/migrations`;
  const first = !existsSync(folder) || readdirSync(folder).length === 0;
  const to = { tag: 'schemaDatamodel' as const, files: [{ path: schemaFile, content: readFileSync(`${root}${schemaFile}`, 'utf8') }] };
  const from = first
    ? { tag: 'empty' as const }
    : { tag: 'schemaDatamodel' as const, files: [{ path: schemaFile, content: committed(root, schemaFile) }] };
  const sql = await withDatabases(async (urls) => {
    // The comparison reads nothing from the database, but the engine wants one to be there.
    const pool = new pg.Pool({ connectionString: urls[subgraph] });
    try {
      const engine = await openSchemaEngine(pool);
      const { stdout } = await engine.diff({ from, to, script: true, exitCode: null, filters: { externalTables: [], externalEnums: [] } });
      return stdout;
    } finally {
      await pool.end();
    }
  });
  if (!sql || /^-- This is an empty migration\.?\s*$/.test(sql.trim()))
    throw new ConfigError(`${schemaFile} does not differ from the committed one: edit it first.`);
  const name = `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${label}`;
  mkdirSync(`${folder}/${name}`, { recursive: true });
  writeFileSync(`${folder}/${name}/migration.sql`, sql);
  console.log(
    `wrote prisma/${subgraph}/migrations/${name}/migration.sql\nRead it, add what Prisma does not know, then: npm run generate && npm run migrate`,
  );
});

function committed(root: string, file: string): string {
  try {
    return execFileSync('git', ['show', `HEAD:${file}`], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    throw new ConfigError(`git has no committed ${file} to compare with. Commit the schema that the last migration belongs to first.`);
  }
}
