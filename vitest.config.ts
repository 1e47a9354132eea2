import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Where a report for machines goes beside the one for people; `.ci/run` counts from it. */
const { TEST_REPORT } = process.env;

/** Files that put something in the place of a module of the product: they need a process in which nobody has loaded it. */
const SEPARATE = ['test/functions/core/ledger/same-request.test.ts', 'test/model/spoiled-proof.test.ts'];

/** Thousands of cases fit into the time of a test where the sandboxes of the providers answer within the process. */
const WITHOUT_SOCKETS = {
  find: /^.*\/serve-provider\.ts$/,
  replacement: fileURLToPath(new URL('test/faults/simulated/serve-in-process.ts', import.meta.url)),
};

/** Folders of tests without sockets. */
const SIMULATED = ['corpus', 'faults', 'model', 'released', 'stimuli', 'worlds'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    globalSetup: ['test/run/run-folder.ts'],
    setupFiles: ['test/run/leave-clean.ts'],
    // Files begin with the one that took longest last time, so that none is left over for one core.
    sequence: { shuffle: { files: false, tests: true } },
    // All cores: by default one is left idle, which on two cores doubles the time.
    maxWorkers: '100%',
    // Files share the processes: to load the product again for each file takes a third of the time.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    ...(TEST_REPORT && { reporters: ['default', 'json'], outputFile: { json: TEST_REPORT } }),
    projects: [
      {
        extends: true,
        test: { name: 'separate', include: SEPARATE, isolate: true },
        resolve: { alias: [WITHOUT_SOCKETS] },
      },
      {
        extends: true,
        test: { name: 'simulated', include: SIMULATED, exclude: SEPARATE },
        resolve: { alias: [WITHOUT_SOCKETS] },
      },
      {
        extends: true,
        test: { name: 'sockets', include: ['test/**/*.test.ts'], exclude: [...SEPARATE, ...SIMULATED] },
      },
    ],
  },
});
