import { beforeAll, describe, expect, it } from 'vitest';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { FAULT_TABLE, SANDBOX_OF } from '../../../infra/local/sandbox/index.ts';
import { SEED } from '../../campaign/sample.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { drawnFrom } from '../world/campaign.ts';
import type { Case } from '../world/run-case.ts';
import { type CrashCase, crashCases, shownByCrash } from './crash-cases.ts';
import { type FaultCase, faultCases, shownByFault } from './fault-cases.ts';

/** An order with the cases that it is crossed with, and what it asks for: provider, operation and signer. */
interface Listed {
  readonly asks: string;
  readonly faulty: readonly FaultCase[];
  readonly crashing: readonly CrashCase[];
}

const list = async (order: OrderUnderTest): Promise<Listed> => {
  const { request } = (await order.seed(() => 0)).seeded;
  const signer = request['target'] === 'self' ? 'itself' : 'a managing key';
  const asks = `${request['provider']}/${request['operation']} by ${signer}`;
  return { asks, faulty: await faultCases(order), crashing: await crashCases(order) };
};

let all: readonly Listed[] = [];
beforeAll(async () => {
  all = await Promise.all(Object.values(PROVIDERS_UNDER_TEST).flat().map(list));
});

const faultOf = ({ fault }: FaultCase): string => fault?.row.name ?? 'no fault';
const crashOf = ({ crash: { kind, when } }: CrashCase): string => `${kind} ${when}`;

/** Each fault and each crash with the operation and the signer that it was crossed with. */
const crossings = (listed: readonly Listed[]): ReadonlySet<string> =>
  new Set(
    listed.flatMap(({ asks, faulty, crashing }) =>
      [...faulty.map(faultOf), ...crashing.map(crashOf)].map((fault) => `${asks} | ${fault}`),
    ),
  );

const ASKED = Object.entries(SANDBOX_OF)
  .flatMap(([provider, { cast }]) =>
    Object.entries(cast.operations).flatMap(([operation, { signers }]) =>
      signers.map((by) => `${provider}/${operation} by ${by === 'self' ? 'itself' : 'a managing key'}`),
    ),
  )
  .toSorted();

/** These show in a list only, and a key that signs for itself asks for one at Kalshi only. */
const IN_LISTS = ['null list', 'shifted page'];
const LISTLESS = ASKED.filter((asks) => asks.endsWith('itself') && !asks.startsWith('kalshi/'));

describe('the full list', () => {
  it('crosses every operation of the product, by each of its signers', () => {
    const named = Object.entries(PROVIDERS).flatMap(([provider, { operations }]) =>
      Object.keys(operations).map((operation) => `${provider}/${operation}`),
    );
    expect([...new Set(all.map(({ asks }) => asks))].toSorted()).toEqual(ASKED);
    expect(new Set(ASKED.map((asks) => asks.replace(/ by .*/, '')))).toEqual(new Set(named));
    expect(Object.keys(PROVIDERS_UNDER_TEST)).toEqual(Object.keys(PROVIDERS));
  });

  it.each(ASKED)('crosses every fault with %s, unless nothing could show it there', (asks) => {
    const found = crossings(all);
    const missing = FAULT_TABLE.map(({ name }) => name).filter((name) => !found.has(`${asks} | ${name}`));
    expect(missing).toEqual(LISTLESS.includes(asks) ? IN_LISTS : []);
  });
});

describe('the sample of the gate', () => {
  const faulty = () => all.flatMap((one) => one.faulty);
  const crashing = () => all.flatMap((one) => one.crashing);

  it.each([...new Set([SEED, 1, 2, 3])])('has each crossing of the full list, drawn by the seed %s', (seed) => {
    const drawn = new Set<Case>([
      ...drawnFrom(faulty(), shownByFault, seed),
      ...drawnFrom(crashing(), shownByCrash, seed),
    ]);
    const found = crossings(
      all.map((one) => ({
        asks: one.asks,
        faulty: one.faulty.filter((each) => drawn.has(each)),
        crashing: one.crashing.filter((each) => drawn.has(each)),
      })),
    );
    expect([...crossings(all)].filter((crossing) => !found.has(crossing))).toEqual([]);
    expect(found.size).toBeGreaterThanOrEqual(400);
    expect(drawn.size).toBeLessThan((faulty().length + crashing().length) / 10);
  });
});
