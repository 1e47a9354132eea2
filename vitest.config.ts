import { defineConfig } from 'vitest/config';

/** Where a report for machines goes beside the one for people; `.ci/run` counts from it. */
const { TEST_REPORT } = process.env;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/run-folder.ts'],
    sequence: { shuffle: true },
    // All cores: by default one is left idle, which on two cores doubles the time.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    ...(TEST_REPORT && { reporters: ['default', 'json'], outputFile: { json: TEST_REPORT } }),
  },
});
