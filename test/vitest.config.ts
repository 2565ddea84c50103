import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** One project a kind of test, so that each may have its own environment and time-out. */
export default defineConfig({
  root,
  test: {
    // more than cores: the tests of the whole platform wait for it most of the time
    maxWorkers: '200%',
    projects: [
      {
        root,
        test: {
          name: 'node',
          setupFiles: ['test/support/property-seed.ts'],
          include: ['test/{unit,property,contract,simulation}/**/*.test.ts'],
          exclude: ['**/*.engine.test.ts', 'test/unit/frontend/**'],
          testTimeout: 30_000,
        },
      },
      {
        root,
        plugins: [react()],
        test: {
          name: 'frontend',
          include: ['test/unit/frontend/**/*.test.{ts,tsx}'],
          setupFiles: ['test/support/frontend-patience.ts'],
          environment: 'jsdom',
          testTimeout: 30_000,
        },
      },
      {
        root,
        test: {
          name: 'infra',
          include: ['test/infra/**/*.test.ts'],
          exclude: ['**/*.engine.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // the CDK takes seconds to load: once a worker, not once a file
          isolate: false,
        },
      },
      {
        root,
        test: {
          name: 'e2e',
          include: ['test/{e2e,clients}/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        root,
        test: {
          name: 'engines',
          setupFiles: ['test/support/property-seed.ts'],
          include: ['test/**/*.engine.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
