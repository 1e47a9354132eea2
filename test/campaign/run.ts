import { startVitest } from 'vitest/node';

/** Every file of cases that the gate draws a sample of. */
const CAMPAIGNS = [
  'test/faults/conformance/conformance.test.ts',
  'test/faults/races/races.test.ts',
  'test/faults/outages/outages.test.ts',
  'test/faults/outages/authentication-outage.test.ts',
  'test/faults/outages/burst.test.ts',
  'test/model/model.test.ts',
  'test/released/poisoned.test.ts',
  'test/released/rolling.test.ts',
  'test/whole/laws.test.ts',
  'test/whole/crashes.test.ts',
  'test/crashes/crash-runs.test.ts',
];

/** What a campaign says of itself in the end: `conformance: 22372 cases, L1 L2 L3 held`. */
const SUM = /^[a-z ]+: \d+ .*/gm;

process.env['CAMPAIGN'] = 'full';
const startedAt = performance.now();
const sums: string[] = [];
const hear = ({ content }: { readonly content: string }): void => void sums.push(...(content.match(SUM) ?? []));

// Words of the command line choose among the campaigns: `npm run campaign -- races model`.
const words = process.argv.slice(2);
const files = CAMPAIGNS.filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
const vitest = await startVitest('test', files, { watch: false, reporters: ['default', { onUserConsoleLog: hear }] });
await vitest.close();
const minutes = (performance.now() - startedAt) / 60_000;
console.log([...sums.toSorted(), `in ${minutes.toFixed(0)} min`].join('\n'));
