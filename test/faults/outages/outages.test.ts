import { afterAll, expect, it, vi } from 'vitest';
import { type Figures, figuresOf, lineOf } from './figures.ts';
import { HOUR, KINDS, type Kind, MINUTE, nameOf, type Outage } from './outage.ts';
import { DEPLOYED } from './queue-settings.ts';
import { type Ran, runOutage } from './run-outage.ts';

vi.mock('../../../infra/local/sandbox/serve-provider.ts', () => import('../simulated/serve-in-process.ts'));

type Row = readonly [provider: Outage['provider'], kind: Kind, ms: number, size: number];

/** Every kind, every length and every provider; the long ones with fewer requests, for their many deliveries. */
const GATE: readonly Row[] = [
  ['bybit', 'no reply', HOUR / 2, 300],
  ['bybit', '503', HOUR / 2, 300],
  ['bybit', '429 until then', HOUR / 2, 300],
  ['bybit', 'address banned', HOUR / 2, 300],
  ['bybit', '429', HOUR / 2, 100],
  ['kalshi', 'broken connections', HOUR / 2, 100],
  ['kalshi', 'a page for people', HOUR / 2, 60],
  ['requesty', '429 until then', HOUR / 2, 300],
  ['bybit', 'address banned', 6 * HOUR, 100],
  ['bybit', 'no reply', 6 * HOUR, 100],
  ['kalshi', '429', 6 * HOUR, 30],
  ['requesty', 'broken connections', 6 * HOUR, 60],
  ['bybit', 'no reply', 20 * HOUR, 40],
  ['kalshi', '503', 20 * HOUR, 15],
  ['requesty', '429', 20 * HOUR, 30],
];
const ALL: readonly Row[] = (['bybit', 'kalshi', 'requesty'] as const).flatMap((provider) =>
  (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
    [HOUR / 2, 6 * HOUR, 20 * HOUR].map((ms) => [provider, kind, ms, ms < HOUR ? 500 : 300] as const),
  ),
);

/** `OUTAGES=all` runs every kind for every length at every provider, with 300 to 500 requests; it takes a quarter of an hour. */
const isAll = process.env['OUTAGES'] === 'all';
const OUTAGES = (isAll ? ALL : GATE).map(([provider, kind, ms, size], seed): Outage => {
  return { provider, kind, ms, size, elsewhere: isAll ? 60 : 30, seed };
});

/** Somebody's whole desk is leaked: more orders by one managing key than its account may carry out at once. */
const CROWDS = (['bybit', 'kalshi'] as const).map((provider, seed): Outage => {
  return { provider, kind: '429', owners: 'one', ms: 0, size: 300, elsewhere: 0, seed };
});

/** Without an outage anywhere a request takes 2.1 to 2.8 s. */
const NOT_SLOWED_MS = 5_000;
const MINUTES_MS = 10 * MINUTE;

const lines = new Map<string, string>();
afterAll(() => console.log([...OUTAGES, ...CROWDS].map((outage) => lines.get(nameOf(outage))).join('\n')));

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
  expect(ran.queue.mostReceives()).toBeLessThan(DEPLOYED.maxReceiveCount);
  for (const { of, peak, most } of figures.rates) expect(peak, of).toBeLessThanOrEqual(most);
  return figures;
};

it.each(OUTAGES.map((outage) => [nameOf(outage), outage] as const))(
  '%s end dead, leave nothing behind, drain within the documented rates, and slow nobody else',
  async (_name, outage) => {
    const { boundMs, drainMs, urgentMs, othersMedianMs, elsewhereMs } = await judged(outage);
    expect(drainMs).toBeLessThan(2 * boundMs.all);
    expect(urgentMs).toBeLessThan(2 * boundMs.urgent);
    expect(urgentMs).toBeLessThan(othersMedianMs);
    expect(elsewhereMs).toBeLessThan(NOT_SLOWED_MS);
  },
  MINUTES_MS,
);

it.each(CROWDS.map((crowd) => [nameOf(crowd), crowd] as const))(
  '%s keep to the documented rates, and take no longer than twice what those take',
  async (_name, crowd) => {
    const { boundMs, drainMs } = await judged(crowd);
    expect(drainMs).toBeLessThan(2 * boundMs.all);
  },
  MINUTES_MS,
);
