// @ts-check

/**
 * Changes the rules, one mutant at a time, and wants a test to fail for each: `npm run mutation`, outside the gate (some hours on two
 * cores). `npm run mutation -- --mutate functions/core/attempt/decide.ts` asks about one file. No kind of mutant is left out; the mutants that
 * cannot be told from the code are listed in test/equivalent-mutants.json, and test/mutants/check-mutants.ts compares.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: ['functions/core/**/*.ts', 'functions/providers/**/*.ts'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  // Only tests of one module at a time, so that a mutant is killed by the rule that it breaks and not by a story that breaks with it. Not
  // by `testFiles`: with it no mutant of a constant is ever active.
  ignorePatterns: [
    '**',
    '!functions/**',
    '!test/functions/**',
    '!test/run/leave-clean.ts',
    '!test/run/run-folder.ts',
    '!test/faults/simulated/memory-ledger.ts',
    '!test/faults/simulated/simulated-clock.ts',
    '!test/proved-at.ts',
    'test/functions/edge/**/*.test.ts',
    'test/functions/operator',
    '!package.json',
    '!vitest.config.ts',
  ],
  // A file that is not there: Stryker cannot read a configuration of TypeScript 7, and has nothing to rewrite in ours.
  tsconfigFile: 'tsconfig.stryker.json',
  // Constants are what the reply tables are made of, however long each of their mutants takes.
  ignoreStatic: false,
  warnings: { slow: false },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { logTests: false, reportTests: false, skipFull: true },
  jsonReporter: { fileName: 'reports/mutation.json' },
  thresholds: { high: 98, low: 95, break: 95 },
};
