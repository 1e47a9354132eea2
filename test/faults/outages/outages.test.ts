import { afterAll, expect, it } from 'vitest';
import { SANDBOX_NAMES, SANDBOX_OF, type SandboxName } from '../../../infra/local/sandbox/index.ts';
import { IS_FULL, SEED, sampleOf } from '../../campaign/sample.ts';
import { type Figures, figuresOf, lineOf } from './figures.ts';
import { HOUR, KINDS, type Kind, MINUTE, nameOf, type Outage } from './outage.ts';
import { DEPLOYED } from './queue-settings.ts';
import { type Ran, runOutage } from './run-outage.ts';

const LENGTHS = [HOUR / 2, 6 * HOUR, 20 * HOUR];
/** Keys at the provider that is out, by the length; few in the sample, and fewer where signatures take long. */
const sizesAt = (provider: SandboxName): readonly number[] => {
  if (IS_FULL) return [500, 300, 300];
  return SANDBOX_OF[provider].cast.isSlow ? [30, 20, 20] : [80, 40, 20];
};

/** Every kind for every length at every provider. */
const ALL = SANDBOX_NAMES.flatMap((provider) =>
  (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
    LENGTHS.map((ms, length) => ({ provider, kind, ms, size: sizesAt(provider)[length] ?? 0 })),
  ),
).map((one, seed): Outage => ({ ...one, elsewhere: IS_FULL ? 60 : 15, seed }));

/** The sample: every kind at every provider, and every length. Some keys sign for themselves, some belong to a managing key. */
const SAMPLE = sampleOf(
  ALL.map((outage) => ({ name: nameOf(outage), outage })),
  ({ outage: { provider, kind, ms } }) => [`${provider}, ${kind}`, `${ms}`],
).map(({ outage }) => outage);
const OUTAGES = IS_FULL ? ALL : SAMPLE;

/** A whole desk is leaked: more orders by one managing key than its account may carry out at once. */
const LIMITED = SANDBOX_NAMES.filter((provider) => SANDBOX_OF[provider].cast.rates.length > 0);
const CROWDS = LIMITED.map((provider, seed): Outage => {
  return { provider, kind: '429', owners: 'one', ms: 0, size: IS_FULL ? 300 : 120, elsewhere: 0, seed };
});

/** Without an outage anywhere a request takes 2.1 to 2.8 s. */
const NOT_SLOWED_MS = 5_000;
const MINUTES_MS = 10 * MINUTE;

const lines = new Map<string, string>();
const held = new Set<string>();
afterAll(() => {
  const sample = IS_FULL ? '' : ` of ${ALL.length + CROWDS.length}, seed ${SEED}`;
  const sum = `outages: ${lines.size} cases${sample}, ${held.size} held`;
  console.log([...[...OUTAGES, ...CROWDS].map((outage) => lines.get(nameOf(outage))), sum].join('\n'));
});

const outcomesIn = ({ requests }: Ran): Readonly<Record<string, number>> => {
  const ends = requests.map(({ finals }) => finals.map(({ receipt }) => receipt.outcome).join());
  return Object.fromEntries([...Map.groupBy(ends, (end) => end)].map(([end, all]) => [end, all.length]));
};

/** Runs an outage and expects of it what holds for each: every key dead, nothing left behind, no rate overstepped. */
const judged = async (outage: Outage): Promise<Figures> => {
  const ran = await runOutage(outage, DEPLOYED);
  const figures = figuresOf(outage, ran);
  lines.set(nameOf(outage), lineOf(outage, figures, ran.queue.mostReceives()));
  expect(outcomesIn(ran)).toEqual({ revoked: ran.requests.length });
  expect(new Set(ran.fleet.sandbox.applied().map(({ keyId }) => keyId)).size).toBe(outage.size);
  expect([ran.aside, ran.queue.spent]).toEqual([[], []]);
  expect(ran.queue.mostReceives()).toBeLessThan(DEPLOYED.requests.maxReceiveCount);
  for (const { of, peak, most } of figures.rates) expect(peak, of).toBeLessThanOrEqual(most);
  return figures;
};

it.each(OUTAGES.map((outage) => [nameOf(outage), outage] as const))(
  '%s end dead, leave nothing behind, drain within the documented rates, and slow nobody else',
  async (name, outage) => {
    const { boundMs, drainMs, urgentMs, urgentMedianMs, othersMedianMs, ...elsewhere } = await judged(outage);
    expect(drainMs).toBeLessThan(2 * boundMs.all);
    expect(urgentMs).toBeLessThan(2 * boundMs.urgent);
    // The last of a few urgent requests may come after a lucky half of the others.
    expect(urgentMedianMs).toBeLessThan(othersMedianMs);
    expect(elsewhere.urgentElsewhereMs).toBeLessThan(NOT_SLOWED_MS);
    expect(elsewhere.elsewhereMs).toBeLessThan(NOT_SLOWED_MS);
    held.add(name);
  },
  MINUTES_MS,
);

it.each(CROWDS.map((crowd) => [nameOf(crowd), crowd] as const))(
  '%s keep to the documented rates, and take no longer than twice what those take',
  async (name, crowd) => {
    const { boundMs, drainMs } = await judged(crowd);
    expect(drainMs).toBeLessThan(2 * boundMs.all);
    held.add(name);
  },
  MINUTES_MS,
);
