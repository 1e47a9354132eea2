import { afterAll, expect, it, vi } from 'vitest';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { campaign } from '../world/campaign.ts';
import { atOnceCases, runAtOnce, thousandCases } from './at-once-cases.ts';
import { meanwhileCases, runMeanwhile } from './meanwhile-cases.ts';
import { redriveCases, runRedrive } from './redrive-cases.ts';
import { runSweeps, sweepCases } from './sweep-cases.ts';
import { runTwoFaults, twoFaultsCases } from './two-faults-cases.ts';

vi.mock('../../../infra/local/sandbox/serve-provider.ts', () => import('../simulated/serve-in-process.ts'));

const ORDERS = Object.values(PROVIDERS_UNDER_TEST).flat();
const FIRST = Object.values(PROVIDERS_UNDER_TEST).flatMap((orders) => orders.slice(0, 1));
const MINUTES_MS = 600_000;
const { runAll, report } = campaign('conformance of races');

const perOrder = (
  title: string,
  run: (order: OrderUnderTest) => Promise<readonly string[]>,
  orders: readonly OrderUnderTest[] = ORDERS,
): void =>
  it.each(orders.map((order) => [order.name, order] as const))(
    title,
    async (_name, order) => expect(await run(order)).toEqual([]),
    MINUTES_MS,
  );

perOrder('%s keeps the laws whatever happens beside any step of a delivery', async (order) =>
  runAll(await meanwhileCases(order), runMeanwhile, 43),
);

perOrder('%s keeps the laws where messages are delivered at once, by turns', async (order) =>
  runAll(await atOnceCases(order), runAtOnce, 3),
);

perOrder(
  '%s is carried out once where its message comes a thousand times at once',
  async (order) => runAll(await thousandCases(order), runAtOnce),
  FIRST,
);

perOrder('%s is carried out once where sweeps overlap', async (order) => runAll(sweepCases(order), runSweeps, 2));

perOrder('%s is carried out by a redrive 13 days later', async (order) =>
  runAll(await redriveCases(order), runRedrive, 9),
);

perOrder('%s keeps the laws where a call goes astray and readings lie', async (order) =>
  runAll(twoFaultsCases(order), runTwoFaults, 19),
);

afterAll(() => report(5_000));
