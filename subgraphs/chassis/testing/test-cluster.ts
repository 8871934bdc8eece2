import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startCluster } from '../../../local/embedded-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the test cluster as superuser. */
    adminUrl: string;
  }
}

/** One real PostgreSQL for the whole run; each test file makes its own databases in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'telemedicine-test-'));
  const cluster = await startCluster({
    dataDirectory: join(folder, 'postgres'),
    superuserPassword: 'test',
    volatile: true,
    settings: { max_connections: '400' },
  });
  project.provide('adminUrl', cluster.adminUrl());
  return async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
