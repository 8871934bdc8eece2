import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Vite would take graphql's ES build for our own files while its dependencies load the CommonJS one, as Node does for all:
// two copies, and graphql-js refuses a schema of the other.
const oneGraphql = { resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] } };

/** Files that count how often something is loaded: nobody may have loaded it before. */
const alone = ['local/prisma-clients.int.test.ts'];

const everywhere = ['**/node_modules/**', '**/generated/**', '.data/**'];

export default defineConfig({
  test: {
    // By default one core is left for others: on two that is half of what there is.
    maxWorkers: '100%',
    projects: [
      {
        ...oneGraphql,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...everywhere, '**/*.int.test.ts', 'tests/**'],
          // No I/O and no state of modules that a test changes: what is loaded once serves all files of a worker.
          isolate: false,
        },
      },
      {
        ...oneGraphql,
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: [...everywhere, 'tests/**', ...alone],
          isolate: false,
          globalSetup: ['subgraphs/chassis/testing/test-cluster.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        ...oneGraphql,
        test: {
          name: 'alone',
          include: alone,
          globalSetup: ['subgraphs/chassis/testing/test-cluster.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        ...oneGraphql,
        test: {
          // Against a graph that runs elsewhere: npm run test:deployed, see docs/containers.md.
          name: 'deployed',
          include: ['tests/**/*.deployed.ts'],
          testTimeout: 60_000,
        },
      },
      {
        ...oneGraphql,
        test: {
          name: 'graph',
          include: ['tests/**/*.test.ts'],
          exclude: everywhere,
          globalSetup: ['subgraphs/chassis/testing/test-cluster.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
