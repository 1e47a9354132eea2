import { UntagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { kalshiUser, MASTER_KEY, master, requestyOrganisation, SUB, SUB_KEY, sub } from './system/orders.ts';
import { START, systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

const MINUTE = 60_000;
/** The look after the call takes the next slot of the rate. */
const NEXT_SLOT = 112;
const HOUR = 60 * MINUTE;
const at = (ms: number): string => new Date(START + ms).toISOString();
const tag = (name: string): string => `key-revoker:${name}`;
const tags = (fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [tag(name), value]));

const OF_MASTER = { provider: 'bybit', operation: 'delete-master-key' };
const OF_SUB = { provider: 'bybit', operation: 'delete-sub-key' };
/** Without what is found in settle windows. */
const received = () =>
  system()
    .receipts()
    .filter(({ confirms }) => confirms === null);
const outcomes = () =>
  received().map(({ attempt, outcome, code }) => [attempt, outcome, code].filter(Boolean).join(' '));

/** A tagged master key, to die in so many milliseconds. */
const tagged = async (ms: number, fields: Readonly<Record<string, string>> = {}, n = 0) => {
  const found = await master(system(), { n });
  await system().tag(found.secretId, tags({ ...OF_MASTER, 'expires-at': at(ms), ...fields }));
  return found;
};

/** Lets time pass as it does: a sweep each five minutes, deliveries in between. */
const untilPast = async (ms: number): Promise<void> => {
  while (Date.now() < START + ms) {
    await system().sweep();
    const next = Date.now() + 5 * MINUTE;
    await system().settle();
    if (Date.now() < next) system().advance(next - Date.now());
  }
};

describe('a tagged key', () => {
  it('dies at the instant of its expiry, and its secret says so', async () => {
    const { secretId } = await tagged(HOUR);
    await system().sweep();
    expect(await system().waiting()).toEqual([]);
    await untilPast(HOUR + MINUTE);
    expect(system().bybit.applied()).toMatchObject([{ keyId: MASTER_KEY, at: START + HOUR }]);
    const [receipt, ...more] = received();
    expect(more).toEqual([]);
    expect(receipt).toMatchObject({
      outcome: 'revoked',
      request: { reason: 'expired' },
      times: { dueAt: at(HOUR), calledAt: at(HOUR) },
      timeToRevokeMs: NEXT_SLOT,
    });
    expect(receipt?.request.requestedBy).toContain(secretId);
    expect(receipt?.request.sender).toMatch(/^AROA/);
    expect(await system().tags(secretId)).toMatchObject({
      [tag('status')]: 'revoked',
    });
  });

  it('is ordered once by sweeps that overlap, and no more once it is dead', async () => {
    await tagged(10 * MINUTE);
    await Promise.all([system().sweep(), system().sweep()]);
    await system().sweep();
    const waiting = await system().waiting();
    expect(new Set(waiting).size).toBe(1);
    await untilPast(HOUR);
    expect(outcomes()).toEqual(['1 revoked']);
    expect(system().bybit.record.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('whose date is past already dies with the next sweep', async () => {
    const { secretId } = await master(system());
    system().advance(2 * HOUR);
    await system().tag(secretId, tags({ ...OF_MASTER, 'expires-at': at(HOUR) }));
    await system().sweep();
    await system().settle();
    expect(outcomes()).toEqual(['1 revoked']);
    expect(system().receipts()[0]?.timeToRevokeMs).toBe(HOUR + NEXT_SLOT);
  });

  it('is the one of the secret that is tagged, among many', async () => {
    await tagged(MINUTE, {}, 1);
    await tagged(2 * HOUR, {}, 2);
    await master(system(), { n: 3 });
    await untilPast(HOUR);
    expect(
      system()
        .bybit.applied()
        .map(({ keyId }) => keyId),
    ).toEqual(['MASTERexample000002']);
  });

  it('signed by another key is deleted by it', async () => {
    const parent = await master(system());
    const { secretId } = await sub(system(), parent.apiKey);
    await system().tag(secretId, tags({ ...OF_SUB, 'expires-at': at(MINUTE), 'signed-by': parent.secretId }));
    await untilPast(10 * MINUTE);
    expect(system().bybit.applied()).toMatchObject([{ keyId: SUB_KEY, by: parent.apiKey }]);
    expect(outcomes()).toEqual(['1 revoked']);
    expect(await system().tags(secretId)).toMatchObject({ [tag('status')]: 'confirmed' });
  });

  it('named in the tag is deleted, though it is not in the secret', async () => {
    const parent = await master(system());
    await sub(system(), parent.apiKey);
    const target = `apiKey=${SUB_KEY} subMemberId=${SUB}`;
    const order = { ...OF_SUB, 'expires-at': at(MINUTE), 'signed-by': parent.secretId, target };
    await system().tag(parent.secretId, tags(order));
    await untilPast(10 * MINUTE);
    expect(system().bybit.applied()).toMatchObject([{ keyId: SUB_KEY, by: parent.apiKey }]);
    expect(system().bybit.isAlive('mainnet', parent.apiKey)).toBe(true);
  });

  it.each(['kalshi', 'requesty'] as const)(
    'of %s dies as well, by itself and by its managing key',
    async (provider) => {
      const found = provider === 'kalshi' ? await kalshiUser(system()) : await requestyOrganisation(system());
      const order = { provider, operation: 'delete-key', 'expires-at': at(MINUTE) };
      await system().tag(found.targetSecret, tags({ ...order, 'signed-by': found.managingSecret }));
      await system().tag(found.managingSecret, tags({ ...order, 'expires-at': at(HOUR) }));
      await untilPast(2 * HOUR);
      expect(
        system()
          [provider].applied()
          // Within the second: a call may wait for its rate slot.
          .map(({ keyId, at: when }) => [keyId, Math.floor((when - START) / 1_000) * 1_000]),
      ).toEqual([
        [found.target, MINUTE],
        [found.managing, HOUR],
      ]);
      expect(outcomes()).toEqual(['1 revoked', '1 revoked']);
    },
  );

  it('is restricted where the tag says so', async () => {
    const { secretId } = await master(system());
    const settings = 'readOnly=1 permissions.Spot=SpotTrade permissions.Wallet=AccountTransfer';
    const order = { provider: 'bybit', operation: 'update-master-key', 'expires-at': at(MINUTE), settings };
    await system().tag(secretId, tags(order));
    await untilPast(10 * MINUTE);
    expect(outcomes()).toEqual(['1 restricted']);
    const { readOnly, permissions } = system().bybit.key('mainnet', MASTER_KEY);
    expect(readOnly).toBe(1);
    expect(Object.values(permissions).flat().sort()).toEqual(['AccountTransfer', 'SpotTrade']);
    expect(await system().tags(secretId)).toMatchObject({ [tag('status')]: 'confirmed' });
  });
});

describe('an order taken back', () => {
  it('is withdrawn where its date was moved later, and carried out at the later one', async () => {
    const { secretId } = await tagged(10 * MINUTE);
    await system().sweep();
    await system().tag(secretId, tags({ 'expires-at': at(HOUR) }));
    await system().settle();
    expect(outcomes()).toEqual(['1 withdrawn']);
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(true);
    expect(await system().stuck()).toEqual([]);
    await untilPast(2 * HOUR);
    expect(outcomes()).toEqual(['1 withdrawn', '1 revoked']);
    expect(system().bybit.applied()).toMatchObject([{ at: START + HOUR }]);
  });

  it('is withdrawn where its tag is gone', async () => {
    const { secretId } = await tagged(10 * MINUTE);
    await system().sweep();
    const untag = { SecretId: secretId, TagKeys: [tag('expires-at')] };
    await system().secrets.send(new UntagResourceCommand(untag));
    await untilPast(HOUR);
    expect(outcomes()).toEqual(['1 withdrawn']);
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(true);
  });

  it('goes out again as the second attempt where the same date comes back', async () => {
    const { secretId } = await tagged(10 * MINUTE);
    await system().sweep();
    await system().tag(secretId, tags({ 'expires-at': at(HOUR) }));
    await system().settle();
    expect(outcomes()).toEqual(['1 withdrawn']);
    await system().tag(secretId, tags({ 'expires-at': at(10 * MINUTE) }));
    await system().sweep();
    await system().settle();
    expect(outcomes()).toEqual(['1 withdrawn', '2 revoked']);
    const [first, second] = received();
    expect(second?.requestId).toBe(first?.requestId);
  });
});

describe('a secret that was rotated', () => {
  const FRESH = { apiKey: 'MASTERexample000099', apiSecret: 'fresh-secret-0123456789' };
  const rotated = async (secretId: string): Promise<string> => {
    system().bybit.addMaster('mainnet', FRESH);
    return system().rotate(secretId, FRESH);
  };

  it('after the tag was first met loses the key that the tag was meant for', async () => {
    const { secretId } = await tagged(HOUR);
    await system().sweep();
    system().advance(MINUTE);
    await rotated(secretId);
    await untilPast(2 * HOUR);
    expect(system().bybit.applied()).toMatchObject([{ keyId: MASTER_KEY }]);
    expect(system().bybit.isAlive('mainnet', FRESH.apiKey)).toBe(true);
    expect(outcomes()).toEqual(['1 revoked']);
  });

  it('after its date keeps the new key, and says why', async () => {
    const { secretId } = await tagged(-HOUR);
    await rotated(secretId);
    await system().sweep();
    await system().settle();
    expect(system().bybit.applied()).toEqual([]);
    expect(outcomes()).toEqual(['1 refused version-not-meant']);
    expect(await system().stuck()).toHaveLength(1);
    await untilPast(HOUR);
    expect(outcomes()).toHaveLength(1);
  });

  it('loses the version that the tag names', async () => {
    const { secretId } = await master(system());
    const version = await rotated(secretId);
    await system().tag(secretId, tags({ ...OF_MASTER, 'expires-at': at(MINUTE), version }));
    await untilPast(10 * MINUTE);
    expect(system().bybit.applied()).toMatchObject([{ keyId: FRESH.apiKey }]);
  });

  it('keeps a version that the tag names, where it is newer than the date', async () => {
    const { secretId } = await master(system());
    const version = await rotated(secretId);
    await system().tag(secretId, tags({ ...OF_MASTER, 'expires-at': at(-HOUR), version }));
    await untilPast(10 * MINUTE);
    expect(system().bybit.applied()).toEqual([]);
    expect(outcomes()).toEqual(['1 refused version-not-meant']);
  });
});

describe('a tag that cannot be read', () => {
  const BAD: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ['its date', { ...OF_MASTER, 'expires-at': 'tomorrow' }, /expires-at: it must be RFC 3339/],
    [
      'its date without a zone',
      { ...OF_MASTER, 'expires-at': '2026-11-20T10:00:00' },
      /expires-at: it must be RFC 3339/,
    ],
    [
      'its provider',
      { ...OF_MASTER, provider: 'binance', 'expires-at': at(MINUTE) },
      /provider: it must be one of bybit/,
    ],
    ['its operation', { ...OF_MASTER, operation: 'delete-key', 'expires-at': at(MINUTE) }, /operation/],
    [
      'its name',
      { ...OF_MASTER, 'expires-at': at(MINUTE), 'sined-by': 'x' },
      /the nearest known tag is key-revoker:signed-by/,
    ],
    ['its settings', { ...OF_MASTER, 'expires-at': at(MINUTE), settings: 'readOnly=1' }, /settings/],
    ['its target', { ...OF_SUB, 'expires-at': at(MINUTE), target: 'apiKey=' }, /target/],
  ];

  it.each(BAD)('(%s) is reported once, until it changes', async (_what, bad, says) => {
    const { secretId } = await master(system());
    await system().tag(secretId, tags(bad));
    await untilPast(20 * MINUTE);
    expect(outcomes()).toEqual(['1 refused tag-unreadable']);
    expect(system().receipts()[0]?.message).toMatch(says);
    expect(system().receipts()[0]?.message).toContain(secretId);
    expect(await system().stuck()).toHaveLength(1);
    expect(system().bybit.record).toEqual([]);
    await system().tag(secretId, tags({ ...bad, 'expires-at': 'some other day' }));
    await untilPast(40 * MINUTE);
    expect(outcomes()).toEqual(['1 refused tag-unreadable', '1 refused tag-unreadable']);
  });

  it('does not keep the others from their end, and works once it is corrected', async () => {
    await tagged(MINUTE, {}, 1);
    const { secretId } = await tagged(MINUTE, { provider: 'binance' });
    await untilPast(10 * MINUTE);
    expect(outcomes().sort()).toEqual(['1 refused tag-unreadable', '1 revoked']);
    await system().tag(secretId, tags({ provider: 'bybit' }));
    await untilPast(20 * MINUTE);
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(false);
  });
});

describe('the sweep', () => {
  it('skips replicas, whose primary is swept in its own region', async () => {
    const { secretId } = await tagged(MINUTE);
    const { secrets } = system().aws;
    secrets.put({ ...secrets.find(secretId), primaryRegion: 'eu-west-1' });
    expect(await system().sweep()).toMatchObject({ secrets: 0, sent: 0 });
    await system().settle();
    expect(system().bybit.record).toEqual([]);
  });

  it('leaves alone what is outside the prefix', async () => {
    const { apiKey } = await master(system());
    const order = tags({ ...OF_MASTER, 'expires-at': at(MINUTE) });
    await system().store('elsewhere/key', { apiKey, apiSecret: 'elsewhere-secret-1' }, order);
    await untilPast(10 * MINUTE);
    expect(system().receipts()).toEqual([]);
    expect(system().bybit.record).toEqual([]);
  });

  it('takes a tag that only begins like ours for a mistake, and for no date', async () => {
    const { secretId } = await master(system());
    await system().tag(secretId, tags({ ...OF_MASTER, 'expires-at-noon': at(MINUTE) }));
    await untilPast(10 * MINUTE);
    expect(outcomes()).toEqual(['1 refused tag-unreadable']);
    expect(system().receipts()[0]?.message).toContain('the nearest known tag is key-revoker:expires-at');
    expect(system().bybit.record).toEqual([]);
  });

  it('reads every page', async () => {
    for (let n = 0; n < 120; n += 1)
      await system().store(`key-revoker/later/${n}`, {}, tags({ ...OF_MASTER, 'expires-at': at(30 * HOUR) }));
    await tagged(MINUTE);
    expect(await system().sweep()).toMatchObject({ secrets: 121, sent: 1 });
  });
});
