import { defineConfig } from 'vitest/config';

/** Where a report for machines goes beside the one for people; `.ci/run` counts from it. */
const { TEST_REPORT } = process.env;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/run/run-folder.ts'],
    // Files begin with the one that took longest last time, so that none is left over for one core; each has a process of its own.
    sequence: { shuffle: { files: false, tests: true } },
    // All cores: by default one is left idle, which on two cores doubles the time.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    ...(TEST_REPORT && { reporters: ['default', 'json'], outputFile: { json: TEST_REPORT } }),
  },
});
