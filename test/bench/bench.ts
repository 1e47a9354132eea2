import { compare, type Figures } from './revocations/measure-revocations.ts';

const INTRODUCTION = `
The deployed function beside a handler as it would be written with the vendor's own client (test/bench/peer): two
secrets, the delete, one look, two publishes, no ledger. Both delete sub-account keys of Bybit, in turn, against the same
emulated AWS and the same sandbox. Times are those of the processor, in a warm process; imports are medians.
`;

/** @param value one figure @param digits behind the point */
const rowOf = (title: string, figure: (figures: Figures) => number, digits: number) => ({ title, figure, digits });

const ROWS = [
  rowOf('bundle, kB', ({ bundleBytes }) => bundleBytes / 1_000, 0),
  rowOf('import, ms', ({ importMs }) => importMs, 0),
  rowOf('revocation, ms', ({ revocationMs }) => revocationMs, 1),
  rowOf('AWS calls', ({ awsCalls }) => awsCalls, 1),
  rowOf('provider calls', ({ providerCalls }) => providerCalls, 1),
];

console.log(INTRODUCTION);
const { product, peer } = await compare({ imports: 15, batches: 3 });
console.log(`${'one revocation'.padEnd(16)}${['product', 'peer', 'ratio'].map((word) => word.padStart(10)).join('')}`);
for (const { title, figure, digits } of ROWS) {
  const [ours, theirs] = [figure(product), figure(peer)];
  const cells = [ours.toFixed(digits), theirs.toFixed(digits), (ours / theirs).toFixed(2)];
  console.log(`${title.padEnd(16)}${cells.map((cell) => cell.padStart(10)).join('')}`);
}
