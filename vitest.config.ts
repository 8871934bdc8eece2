import { defineConfig } from 'vitest/config';

const everywhere = ['**/node_modules/**', '**/generated/**', '.data/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...everywhere, '**/*.int.test.ts', 'tests/**'],
        },
      },
      {
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
