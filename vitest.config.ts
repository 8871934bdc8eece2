import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Vite would take graphql's ES build for our own files while its dependencies load the CommonJS one, as Node does for all:
// two copies, and graphql-js refuses a schema of the other.
const oneGraphql = { resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] } };

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
        },
      },
      {
        ...oneGraphql,
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: [...everywhere, 'tests/**'],
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
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
