import { afterAll, expect, it, vi } from 'vitest';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { campaign } from '../world/campaign.ts';
import { meantBy, runCase } from '../world/judge.ts';
import type { Case, Ran } from '../world/run-case.ts';
import { crashCases, runCrash } from './crash-cases.ts';
import { faultCases } from './fault-cases.ts';

// The sandboxes answer in this process, without sockets: thousands of cases fit into the time of a test.
vi.mock('../../../infra/local/sandbox/serve-provider.ts', () => import('../simulated/serve-in-process.ts'));

const ORDERS = Object.values(PROVIDERS_UNDER_TEST).flat();
const MINUTES_MS = 300_000;
const { runAll, report } = campaign('conformance');

const asMeant = (one: Case): Promise<Ran> =>
  runCase(one, one.fault === undefined || one.fault.lasting === 'once' ? meantBy(one) : undefined);

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
  runAll(await crashCases(order), runCrash),
);

afterAll(() => report(1_000));
