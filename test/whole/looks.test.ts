import { describe, expect, it } from 'vitest';
import { MASTER_KEY, master, RESTRICTIONS } from './system/orders.ts';
import { systemForEachTest } from './system/system.ts';

const system = systemForEachTest();
const DAY = 86_400_000;
const QUARTER = 15 * 60_000;

const deleteMaster = async () => {
  const { secretId } = await master(system());
  return { provider: 'bybit', operation: 'delete-master-key', secretId, target: 'self', requestId: 'one' };
};

const carriedOut = async (request: object): Promise<void> => {
  await system().send(request);
  await system().settle();
};

/** Lets every look on the queue come to its time and its end. */
const letLook = async (): Promise<void> => {
  system().advance(QUARTER);
  await system().settle();
};

const told = () =>
  system()
    .receipts()
    .map(({ receiptId, outcome, code }) => [receiptId, outcome, code]);

/** Bybit's word for an address that the key does not allow. */
const unmatchedIp = {
  match: {},
  fault: {
    kind: 'reply',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"retCode":10010,"retMsg":"Unmatched IP","result":{}}',
  },
  times: Number.POSITIVE_INFINITY,
} as const;

const CONFIRMED = [
  ['one#1', 'revoked', null],
  ['one#1!1', 'confirmed', null],
];

describe('after a key was confirmed dead', () => {
  it('it is looked at again, in silence', async () => {
    await carriedOut(await deleteMaster());
    await letLook();
    system().advance(DAY);
    await system().lookAfter();
    const asked = system().bybit.record.length;
    await letLook();
    const since = system().bybit.record.slice(asked);
    expect(since.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect(told()).toEqual(CONFIRMED);
    expect(await system().waiting()).toEqual([]);
  });

  it('a key that lives again is reported, and no call is made', async () => {
    await carriedOut(await deleteMaster());
    await letLook();
    system().bybit.revive('mainnet', MASTER_KEY);
    system().advance(DAY);
    await system().lookAfter();
    await letLook();
    expect(told()).toEqual([...CONFIRMED, ['one#1!2', 'resurrected', null]]);
    expect(system().bybit.record.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('after a key was confirmed as restricted', () => {
  const restricted = async () => {
    const [row] = RESTRICTIONS;
    const { request, keyId } = (await row?.arrange(system())) ?? { request: {}, keyId: '' };
    await carriedOut({ ...request, requestId: 'one' });
    await letLook();
    system().advance(DAY);
    return { request: { ...request, requestId: 'one' }, keyId };
  };
  const ENDED = [
    ['one#1', 'restricted', null],
    ['one#1!1', 'confirmed', null],
  ];
  const calls = () => system().bybit.record.filter(({ method }) => method === 'POST').length;

  it('it is looked at again, in silence, for a week', async () => {
    await restricted();
    for (let day = 1; day <= 9; day += 1) {
      const looks = [1, 3, 7].includes(day) ? 1 : 0;
      expect(await system().lookAfter()).toEqual({ resent: 0, looks, copies: 0 });
      await letLook();
      system().advance(DAY - QUARTER);
    }
    expect([told(), calls(), await system().stuck()]).toEqual([ENDED, 1, []]);
  });

  it('a key that may do more again is reported, and its request, sent again, restricts it', async () => {
    const { request, keyId } = await restricted();
    system().bybit.patch('mainnet', keyId, { readOnly: 0 });
    await system().lookAfter();
    await letLook();
    expect(told()).toEqual([...ENDED, ['one#1!2', 'widened', null]]);
    expect([calls(), (await system().stuck()).length]).toEqual([1, 1]);
    system().advance(1_000);
    await carriedOut(request);
    expect(told().at(-1)).toEqual(['one#2', 'restricted', null]);
    await letLook();
    expect(told().at(-1)).toEqual(['one#2!3', 'confirmed', null]);
  });
});

describe('in the days after the end', () => {
  it('a proved key is looked at on days 1, 3 and 7, and reported when it lives again', async () => {
    await carriedOut(await deleteMaster());
    await letLook();
    system().advance(DAY);
    expect(await system().lookAfter()).toEqual({ resent: 0, looks: 1, copies: 0 });
    await letLook();
    expect(told()).toEqual(CONFIRMED);
    system().bybit.revive('mainnet', MASTER_KEY);
    system().advance(DAY);
    expect(await system().lookAfter()).toEqual({ resent: 0, looks: 0, copies: 0 });
    system().advance(DAY);
    await system().lookAfter();
    await letLook();
    expect(told()[2]).toEqual(['one#1!2', 'resurrected', null]);
  });

  it('a key that was left alive is reported, until it is gone', async () => {
    system().bybit.faults.script(unmatchedIp);
    await carriedOut(await deleteMaster());
    system().bybit.faults.clear();
    for (let day = 1; day <= 11; day += 1) {
      system().advance(DAY);
      await system().lookAfter();
      await letLook();
    }
    const days = Array.from({ length: 11 }, (_, day) => [`one#1!${day + 1}`, 'stuck', 'ip-not-allowed']);
    expect(told()).toEqual([['one#1', 'stuck', 'ip-not-allowed'], ...days]);
    expect(system().bybit.record.filter(({ method }) => method === 'POST')).toEqual([]);
    const copies = await system().stuck();
    expect(copies).toHaveLength(2);
    expect(copies[1]).toEqual(copies[0]);

    await system().redrive(copies[1] as never);
    await system().settle();
    expect(told().at(-1)).toEqual(['one#2', 'revoked', null]);
    system().advance(8 * DAY);
    expect(await system().lookAfter()).toEqual({ resent: 0, looks: 0, copies: 0 });
  });

  it('a request whose message was lost continues', async () => {
    await system().send({ ...(await deleteMaster()), notBefore: '2026-11-20T11:00:00Z' });
    await system().deliver();
    await system().purge();
    system().advance(2 * DAY);
    expect(await system().lookAfter()).toEqual({ resent: 1, looks: 0, copies: 0 });
    await system().settle();
    expect(told()).toEqual([['one#1', 'revoked', null]]);
  });
});

describe('a look that another sender asks for', () => {
  it('is refused, and nobody is asked', async () => {
    await carriedOut({ ...(await deleteMaster()), look: true });
    expect(told()).toEqual([[expect.any(String), 'refused', 'malformed']]);
    expect(system().bybit.record).toEqual([]);
  });
});
