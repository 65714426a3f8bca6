/** How the tests run: parts share one process per worker, flows (whole services, killed and restarted) get a fresh one each. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    globalSetup: ['tests/support/leftovers.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: ['tests/flow/**'], isolate: false } },
      { extends: true, test: { name: 'flow', include: ['tests/flow/**/*.test.ts'], isolate: true, testTimeout: 120_000 } },
    ],
  },
});
