import { parseArgs } from 'node:util';
import { type Measured, measureSweeps } from './sweeps/measure-sweeps.ts';
import { tellSweeps } from './sweeps/tell-sweeps.ts';

const USAGE = 'Usage: npm run bench:sweep [-- 1000 10000 100000]';

const INTRODUCTION = `
So many tagged secrets in the emulated AWS, one of a hundred due. Each is swept
for the first time, which writes down its version, and again, as at every tick.
Times are those of the emulator on this machine, and of whatever else it does;
the processor's is what the function itself took when it swept again.
`;

const { positionals } = parseArgs({ allowPositionals: true });
const sizes = (positionals.length > 0 ? positionals : ['1000', '10000', '100000']).map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1)) {
  console.error(`Cannot read ${positionals.join(' ')}: give numbers of secrets\n${USAGE}`);
  process.exit(1);
}

console.log(INTRODUCTION);
const all: Measured[] = [];
for (const secrets of sizes) {
  const startedAt = performance.now();
  all.push(await measureSweeps({ secrets }));
  console.log(`${secrets.toLocaleString('en')} secrets after ${Math.round((performance.now() - startedAt) / 1_000)} s`);
}
console.log(`\n${tellSweeps(all).join('\n')}`);
