import { afterAll, expect, it, vi } from 'vitest';
import { type CrashCase, crashCases, runCrash } from './crash-cases.ts';
import { faultCases } from './fault-cases.ts';
import { meantBy } from './judge.ts';
import { type OrderUnderTest, PROVIDERS_UNDER_TEST } from './providers-under-test.ts';
import { type Case, type Ran, runCase } from './run-case.ts';

// The sandboxes answer in this process, without sockets: thousands of cases fit into the time of a test.
vi.mock('../../infra/local/sandbox/serve-provider.ts', () => import('./serve-in-process.ts'));

/** Part of a case's name: that case alone, or all that share it. */
const { CONFORMANCE = '' } = process.env;

const ORDERS = Object.values(PROVIDERS_UNDER_TEST).flat();
const MINUTES_MS = 300_000;
/** More lines than these help nobody. */
const MOST_SHOWN = 20;

const names = new Set<string>();
const broken = new Map<string, readonly string[]>();

/** Runs all cases that were asked for. @returns what was wrong, case by case */
const runAll = async <C extends Case>(
  cases: readonly C[],
  run: (one: C) => Promise<Ran>,
): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const one of cases.filter(({ name }) => name.includes(CONFORMANCE))) {
    expect(names, 'cases have to differ').not.toContain(one.name);
    names.add(one.name);
    const { breaches } = await run(one);
    if (breaches.length === 0) continue;
    broken.set(one.name, breaches);
    wrong.push(`${one.name}: ${breaches.join('; ')}`);
  }
  return wrong.slice(0, MOST_SHOWN);
};

const asJudged = (one: Case, ran: Ran): Ran =>
  meantBy(one).includes(ran.outcome) ? ran : { ...ran, breaches: [...ran.breaches, `L2: ends as ${ran.outcome}`] };

const asMeant = async (one: Case): Promise<Ran> => {
  const ran = await runCase(one);
  return one.fault === undefined || one.fault.lasting === 'once' ? asJudged(one, ran) : ran;
};

const asWithoutCrash = async (one: CrashCase): Promise<Ran> => asJudged(one, await runCrash(one));

const perOrder = (title: string, run: (order: OrderUnderTest) => Promise<readonly string[]>): void =>
  it.each(ORDERS.map((order) => [order.name, order] as const))(
    title,
    async (_name, order) => expect(await run(order)).toEqual([]),
    MINUTES_MS,
  );

perOrder('%s keeps the laws under every fault at every exchange', async (order) =>
  runAll(await faultCases(order), asMeant),
);

perOrder('%s goes on from the ledger after a crash at every step', async (order) =>
  runAll(await crashCases(order), asWithoutCrash),
);

afterAll(() => {
  const breaches = [...broken.values()].flat();
  const laws = ['L1', 'L2', 'L3'].filter((law) => !breaches.some((breach) => breach.startsWith(law)));
  console.log(`conformance: ${names.size} cases, ${laws.join(' ') || 'no law'} held`);
  expect(names.size, CONFORMANCE).toBeGreaterThanOrEqual(CONFORMANCE === '' ? 1_000 : 1);
});
