import { existsSync } from 'node:fs';
import pg from 'pg';
import { subgraphNames } from '#schema/events.ts';
import { readAnchors } from '#chassis/audit/anchor.ts';
import { verifyAudit } from '#chassis/audit/verify.ts';
import { ConfigError } from '#chassis/config.ts';
import { isSubgraphName } from '#chassis/migrations.ts';
import { runCommand } from './command.ts';
import { anchorFile, dataFolder } from './data-folder.ts';
import { withDatabases } from './databases.ts';

// npm run -s audit:verify [-- <subgraph>]: checks the audit chains against their records, the anchors and the gathered copies.

await runCommand(async () => {
  const [only] = process.argv.slice(2);
  if (only !== undefined && !isSubgraphName(only))
    throw new ConfigError('Usage: npm run audit:verify, or npm run audit:verify -- <subgraph>');
  const file = anchorFile(dataFolder());
  const anchors = existsSync(file) ? await readAnchors(file) : [];
  if (anchors.length === 0) process.stdout.write(`no anchors in ${file}: what was cut off or sealed anew shows by the copies only\n`);
  await withDatabases(async (urls) => {
    const copies = new pg.Client({ connectionString: urls.patient });
    await copies.connect();
    try {
      for (const subgraph of only === undefined ? subgraphNames : [only]) {
        const db = new pg.Client({ connectionString: urls[subgraph] });
        await db.connect();
        try {
          const { sealed, faults } = await verifyAudit({ subgraph, db, anchors, copies });
          const finding = faults.length === 0 ? 'all as they were written' : `${faults.length} faults`;
          process.stdout.write(`${subgraph}: ${sealed} records, ${finding}\n`);
          for (const { sequence, message } of faults) process.stdout.write(`  ${sequence === null ? '' : `at ${sequence}: `}${message}\n`);
          if (faults.length > 0) process.exitCode = 1;
        } finally {
          await db.end();
        }
      }
    } finally {
      await copies.end();
    }
  });
});
