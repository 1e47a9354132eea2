import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isRestriction, type Restriction } from '../../../../functions/core/provider.ts';
import { bybit } from '../../../../functions/providers/bybit/index.ts';
import type { BybitRecord, BybitSettings } from '../../../../functions/providers/bybit/settings.ts';
import { faultOf, NOW, order } from '../ask.ts';
import { keyIn, MASTER, SUB } from './keys.ts';

type Kind = 'master' | 'sub';

const restrictionOf = (
  kind: Kind,
  settings: BybitSettings,
  egressAddresses: readonly string[] = [],
  self = true,
): Restriction => {
  const signer = keyIn(self && kind === 'sub' ? SUB : MASTER);
  const aim = { self, keyId: kind === 'sub' ? SUB : MASTER };
  const { call } = bybit.plan(order(`update-${kind}-key`, signer, { settings, egressAddresses, aim }));
  if (!isRestriction(call)) throw new Error('an update compares settings');
  return call;
};

const key = (more: Partial<BybitRecord> = {}): BybitRecord => ({ readOnly: 0, ips: ['*'], permissions: {}, ...more });

/** The body that would be sent, or the end that stands in its way. */
const sent = (restriction: Restriction, now: BybitRecord, before = now): Record<string, unknown> | string => {
  const made = restriction.call(now, before);
  return 'end' in made ? made.end : JSON.parse(String(made.send(NOW).body));
};

const RICH = {
  Wallet: ['AccountTransfer', 'SubMemberTransfer', 'Withdraw'],
  Spot: ['SpotTrade'],
  Options: [],
  ContractTrade: ['Order', 'Position'],
};

it.each([
  [
    'permissions',
    { permissions: { Spot: ['SpotTrade'], Earn: ['Earn'] } },
    { permissions: { Spot: ['SpotTrade'] } },
    { permissions: { Spot: ['SpotTrade'], Earn: [] } },
  ],
  ['read-only', { readOnly: 1 }, {}, { readOnly: 1 }],
  ['read-only of the other', {}, { readOnly: 1 }, { readOnly: 1 }],
  ['addresses', { ips: ['1.2.3.4', '1.2.3.5'] }, { ips: ['1.2.3.5'] }, { ips: ['1.2.3.5'] }],
  ['addresses of one', { ips: ['*'] }, { ips: ['1.2.3.5'] }, { ips: ['1.2.3.5'] }],
  ['no binding, and writing', {}, {}, { readOnly: 0, ips: [] }],
  ['no common address, by the first', { ips: ['1.2.3.4'] }, { ips: ['1.2.3.5'] }, { ips: ['1.2.3.4'] }],
] as const)('two readings have in common: %s', (_what, a, b, expected) => {
  const asked = restrictionOf('sub', { readOnly: 1 });
  expect(asked.narrower(key(a as Partial<BybitRecord>), key(b as Partial<BybitRecord>))).toMatchObject(expected);
});

describe('the body of an update', () => {
  it('empties a group that was not named, keeps what was, and leaves empty ones out', () => {
    const asked = restrictionOf('master', { permissions: { Wallet: ['AccountTransfer'], ContractTrade: ['Order'] } });
    expect(sent(asked, key({ permissions: RICH }))).toEqual({
      readOnly: 0,
      permissions: { Wallet: ['AccountTransfer'], Spot: [], ContractTrade: ['Order'] },
    });
  });

  it('gives nothing that the key has not, though it is asked', () => {
    const asked = restrictionOf('master', { permissions: { Wallet: ['AccountTransfer'], Earn: ['Earn'] } });
    expect(sent(asked, key({ permissions: { Wallet: ['AccountTransfer'], Earn: [] } }))).toEqual({
      readOnly: 0,
      permissions: { Wallet: ['AccountTransfer'] },
    });
  });

  it('gives nothing back that the key had not at first', () => {
    const asked = restrictionOf('master', { permissions: { Wallet: ['AccountTransfer'], Spot: ['SpotTrade'] } });
    const before = key({ permissions: { Wallet: ['AccountTransfer'], Spot: [] }, readOnly: 1 });
    const now = key({ permissions: { Wallet: ['AccountTransfer'], Spot: ['SpotTrade'] } });
    expect(sent(asked, now, before)).toEqual({ readOnly: 1, permissions: { Wallet: ['AccountTransfer'], Spot: [] } });
  });

  it('says nothing of permissions or addresses of a master that was not asked about them', () => {
    const asked = restrictionOf('master', { readOnly: 1 });
    expect(sent(asked, key({ permissions: RICH, ips: ['1.2.3.4'] }))).toEqual({ readOnly: 1 });
  });

  it.each([
    [0, undefined, 0],
    [0, null, 0],
    [0, 0, 0],
    [0, 1, 1],
    [1, undefined, 1],
    [1, null, 1],
    [1, 1, 1],
    [1, 0, 'refused/would-widen'],
  ] as const)('of a key with readOnly %s, asked for %s, has %s', (readOnly, asked, expected) => {
    const settings: BybitSettings = asked === undefined ? { permissions: { Spot: [] } } : { readOnly: asked };
    const body = sent(restrictionOf('sub', settings), key({ readOnly }));
    expect(typeof body === 'string' ? body : body['readOnly']).toBe(expected);
  });

  it('always resends the addresses of a sub key, since leaving them out may unbind it', () => {
    const asked = restrictionOf('sub', { readOnly: 1 });
    expect(sent(asked, key({ ips: ['1.2.3.4', '5.6.7.8'] }))).toEqual({ readOnly: 1, ips: '1.2.3.4,5.6.7.8' });
    expect(sent(asked, key({ ips: ['*'] }))).toEqual({ readOnly: 1, ips: '*' });
    for (const none of [[], [''], [' ', '']])
      expect(sent(asked, key({ ips: none }))).toEqual({ readOnly: 1, ips: '*' });
    expect(sent(asked, key({ ips: [' 1.2.3.4 ', ''] }))).toEqual({ readOnly: 1, ips: '1.2.3.4' });
  });

  it.each([
    ['unbound since', ['*'], ['1.2.3.4'], '1.2.3.4'],
    ['bound since', ['1.2.3.4'], ['*'], '1.2.3.4'],
    ['let in from more since', ['1.2.3.4', '5.6.7.8'], ['1.2.3.4'], '1.2.3.4'],
    ['moved since', ['5.6.7.8'], ['1.2.3.4'], 'refused/would-widen'],
  ])('of a sub key that was %s keeps what both allow', (_what, now, before, expected) => {
    const body = sent(restrictionOf('sub', { readOnly: 1 }), key({ ips: now }), key({ ips: before }));
    expect(typeof body === 'string' ? body : body['ips']).toBe(expected);
  });

  it.each([
    ['some of its addresses', ['1.2.3.4', '5.6.7.8'], '1.2.3.4', '1.2.3.4'],
    ['addresses where it had none', ['*'], ['1.2.3.4', ' 2001:db8::1 '], '1.2.3.4,2001:db8::1'],
    ['another address', ['1.2.3.4'], '9.9.9.9', 'refused/would-widen'],
    ['one more address', ['1.2.3.4'], '1.2.3.4,9.9.9.9', 'refused/would-widen'],
    ['every address', ['1.2.3.4'], '*', 'refused/would-widen'],
    ['every address where it had every', ['*'], '*', '*'],
  ])('asked for %s', (_what, now, ips, expected) => {
    const body = sent(restrictionOf('sub', { ips }, [], false), key({ ips: now }));
    expect(typeof body === 'string' ? body : body['ips']).toBe(expected);
  });

  it('names the key where its master signs', () => {
    expect(sent(restrictionOf('sub', { readOnly: 1 }, [], false), key())).toEqual({
      apikey: SUB,
      readOnly: 1,
      ips: '*',
    });
    const made = restrictionOf('sub', { readOnly: 1 }, [], false).call(key(), key());
    if ('end' in made) throw new Error(made.end);
    const call = made.send(NOW);
    expect([call.host, call.path, made.as]).toEqual(['api.bybit.com', '/v5/user/update-sub-api', 'managing']);
  });

  it.each([
    ['FiatP2P', ['FiatP2POrder', 'Advertising']],
    ['FiatBitPay', ['FaitPayOrder']],
    ['FiatConvertBroker', ['FiatConvertBrokerOrder']],
  ])('sends %s of a read-write key as it is, and empties it of a read-only one', (group, values) => {
    const asked = restrictionOf('master', { permissions: {} });
    expect(sent(asked, key({ permissions: { [group]: values } }))).toMatchObject({ permissions: { [group]: values } });
    expect(sent(asked, key({ readOnly: 1, permissions: { [group]: values } }))).toMatchObject({
      permissions: { [group]: [] },
    });
  });

  it('leaves groups out that only replies have', () => {
    const asked = restrictionOf('sub', { permissions: { Spot: ['SpotTrade'] } });
    const now = key({
      permissions: { Spot: ['SpotTrade'], BlockTrade: ['BlockTrade'], FiatGlobalPay: ['X'], New: ['Y'] },
    });
    expect(sent(asked, now)).toMatchObject({ permissions: { Spot: ['SpotTrade'] } });
    expect(sent(asked, key({ permissions: { New: ['Y'] } }))).not.toHaveProperty('permissions');
  });
});

describe('an update that would go too far', () => {
  it.each([
    [
      'takes both transfers from a master',
      'master',
      ['AccountTransfer', 'SubMemberTransfer'],
      [],
      false,
      'refused/would-become-undeletable',
    ],
    [
      'takes the only transfer from a master and says nothing else',
      'master',
      ['AccountTransfer'],
      [],
      undefined,
      'refused/would-become-undeletable',
    ],
    ['leaves one transfer', 'master', ['AccountTransfer', 'SubMemberTransfer'], ['SubMemberTransfer'], false, 'sent'],
    [
      'leaves a master its Withdraw alone',
      'master',
      ['AccountTransfer', 'Withdraw'],
      ['Withdraw'],
      false,
      'refused/would-become-undeletable',
    ],
    ['is accepted as it is', 'master', ['AccountTransfer'], [], true, 'sent'],
    ['finds a master that had none', 'master', ['Withdraw'], [], false, 'sent'],
    ['takes the transfer from a sub key, which its master can delete', 'sub', ['AccountTransfer'], [], false, 'sent'],
  ] as const)('%s', (_what, kind, has, asked, acceptUndeletable, expected) => {
    const permissions = { Wallet: [...asked] };
    const accepts = acceptUndeletable === undefined ? {} : { acceptUndeletable };
    const restriction = restrictionOf(kind, { permissions, ...accepts });
    const body = sent(restriction, key({ permissions: { Wallet: has } }));
    expect(typeof body === 'string' ? body : 'sent').toBe(expected);
  });

  it.each([
    ['from none of our addresses', true, ['7.7.7.7'], 'refused/would-blind'],
    ['while our addresses are not known', true, [], 'refused/would-blind'],
    ['from one of our addresses', true, ['7.7.7.7', '1.2.3.4'], 'sent'],
    ['while another key signs', false, [], 'sent'],
  ])('binds a key %s', (_what, self, egress, expected) => {
    const body = sent(restrictionOf('sub', { ips: '1.2.3.4' }, egress, self), key());
    expect(typeof body === 'string' ? body : 'sent').toBe(expected);
  });

  it('does not mind transfers that it takes nothing of', () => {
    const had = key({ permissions: { Wallet: [] } });
    const has = key({ permissions: { Wallet: ['AccountTransfer'] } });
    expect(sent(restrictionOf('master', { readOnly: 1 }), has, had)).toEqual({ readOnly: 1 });
  });

  it.each([
    ['set readOnly to 1 or leave it out', 'sub', { readOnly: 0 }, key({ readOnly: 1 }), key()],
    ['give only addresses that the key is bound to now', 'sub', { ips: '9.9.9.9' }, key({ ips: ['1.2.3.4'] }), key()],
    [
      'all of them have changed since the key was first read. Give ips in the request',
      'sub',
      { readOnly: 1 },
      key({ ips: ['1.2.3.4'] }),
      key({ ips: ['5.6.7.8'] }),
    ],
    [
      'keep one, or set acceptUndeletable',
      'master',
      { permissions: {} },
      key({ permissions: { Wallet: ['AccountTransfer'] } }),
      key({ permissions: { Wallet: ['AccountTransfer'] } }),
    ],
    ['include one of the egressAddresses', 'sub', { ips: '1.2.3.4' }, key(), key()],
  ] as const)('says what to do: %s', (advice, kind, settings, now, before) => {
    const made = restrictionOf(kind, settings as unknown as BybitSettings).call(now, before);
    expect('end' in made && made.why).toMatch(new RegExp(`^Cannot [^.]+: ${advice}$`));
  });

  it('does not take a key’s own addresses, sent again, for blindness', () => {
    expect(sent(restrictionOf('sub', { readOnly: 1 }), key({ ips: ['1.2.3.4'] }))).toMatchObject({ ips: '1.2.3.4' });
  });
});

describe('settings that no such key can have', () => {
  it.each([
    ['an unknown group', 'master', { permissions: { Walet: [] } }, '; the nearest is Wallet'],
    [
      'an unknown permission',
      'master',
      { permissions: { Wallet: ['AccountTransfers'] } },
      '; the nearest is AccountTransfer',
    ],
    ['a master’s group at a sub key', 'sub', { permissions: { BlockTrade: [] } }, 'it must be one of ContractTrade'],
    [
      'a master’s permission at a sub key',
      'sub',
      { permissions: { Wallet: ['SubMemberTransfer'] } },
      '; the nearest is SubMemberTransferList',
    ],
    [
      'Withdraw at a sub key',
      'sub',
      { permissions: { Wallet: ['Withdraw'] } },
      'it must be one of AccountTransfer, SubMemberTransferList',
    ],
    ['a name of every object', 'master', { permissions: { constructor: [] } }, 'it must be one of ContractTrade'],
    ['no address', 'sub', { ips: '' }, 'they must be IP addresses'],
    ['no addresses', 'sub', { ips: [] }, 'they must be IP addresses'],
    ['a host', 'sub', { ips: 'example.org' }, 'they must be IP addresses'],
    ['everything and an address', 'sub', { ips: '*,1.2.3.4' }, 'they must be IP addresses'],
    ['an address out of range', 'sub', { ips: '1.2.3.256' }, 'they must be IP addresses'],
  ] as const)('are refused: %s', (_what, kind, settings, expected) => {
    const [outcome, message] = faultOf(() => restrictionOf(kind, settings as unknown as BybitSettings));
    expect([outcome, message]).toEqual(['refused/malformed', expect.stringContaining(expected)]);
    expect(message).toMatch(/^Cannot .*[^.]$/);
  });
});

/** Every group with its permissions, by the pages of the update calls; a master's Withdraw may be named. */
const KNOWN = {
  master: {
    ContractTrade: 'Order, Position',
    Spot: 'SpotTrade',
    Wallet: 'AccountTransfer, SubMemberTransfer, Withdraw',
    Options: 'OptionsTrade',
    Derivatives: 'DerivativesTrade',
    CopyTrading: 'CopyTrading',
    BlockTrade: 'BlockTrade',
    Exchange: 'ExchangeHistory',
    NFT: 'NFTQueryProductList',
    Affiliate: 'Affiliate',
    Earn: 'Earn',
    FiatP2P: 'FiatP2POrder, Advertising',
    FiatBitPay: 'FaitPayOrder',
    FiatConvertBroker: 'FiatConvertBrokerOrder',
    BitCard: 'BitCard',
    ByXPost: 'ByXPost',
  },
  sub: {
    ContractTrade: 'Order, Position',
    Spot: 'SpotTrade',
    Wallet: 'AccountTransfer, SubMemberTransferList',
    Options: 'OptionsTrade',
    Derivatives: 'DerivativesTrade',
    Exchange: 'ExchangeHistory',
    Earn: 'Earn',
  },
};

describe.each(['master', 'sub'] as const)('the permissions of a %s key', (kind) => {
  const refusalOf = (permissions: Record<string, string[]>) => faultOf(() => restrictionOf(kind, { permissions }));

  it('are in these groups', () => {
    const known = `it must be one of ${Object.keys(KNOWN[kind]).join(', ')}`;
    const long = '?'.repeat(65);
    expect(refusalOf({ [long]: [] })).toEqual([
      'refused/malformed',
      `Cannot use the permission group ${long.slice(1)}: ${known}`,
    ]);
  });

  it.each(Object.entries(KNOWN[kind]))('of the group %s are %s', (group, values) => {
    expect(refusalOf({ [group]: ['?'] })).toEqual([
      'refused/malformed',
      `Cannot use the permission of ${group} ?: it must be one of ${values}`,
    ]);
  });
});

describe('how far a key is from what was asked', () => {
  const wallet = { permissions: { Wallet: ['AccountTransfer'] } };

  it.each([
    ['within all of it', 'master', wallet, key(wallet), key(wallet), 'as-asked'],
    ['narrower than it', 'master', wallet, key(), key(wallet), 'as-asked'],
    ['with a group too many', 'master', wallet, key({ permissions: RICH }), key({ permissions: RICH }), 'wider'],
    [
      'with Withdraw left',
      'master',
      wallet,
      key({ permissions: { Wallet: ['AccountTransfer', 'Withdraw'] } }),
      key({ permissions: RICH }),
      'web-only',
    ],
    [
      'with Withdraw named',
      'master',
      { permissions: { Wallet: ['Withdraw'] } },
      key({ permissions: { Wallet: ['Withdraw'] } }),
      key({ permissions: RICH }),
      'as-asked',
    ],
    [
      'with a group that only replies have',
      'sub',
      { permissions: {} },
      key({ permissions: { New: ['X'] } }),
      key({ permissions: { New: ['X'] } }),
      'web-only',
    ],
    [
      'with Fiat of a writing key',
      'master',
      { permissions: {} },
      key({ permissions: { FiatP2P: ['Advertising'] } }),
      key({ permissions: { FiatP2P: ['Advertising'] } }),
      'web-only',
    ],
    [
      'with Fiat of a reading key',
      'master',
      { permissions: {} },
      key({ readOnly: 1, permissions: { FiatP2P: ['Advertising'] } }),
      key({ permissions: { FiatP2P: ['Advertising'] } }),
      'wider',
    ],
    [
      'with a group that it had not',
      'master',
      { readOnly: 1 },
      key({ readOnly: 1, permissions: wallet.permissions }),
      key(),
      'wider',
    ],
    ['writing, asked to read', 'sub', { readOnly: 1 }, key(), key(), 'wider'],
    ['reading, as asked', 'sub', { readOnly: 1 }, key({ readOnly: 1 }), key(), 'as-asked'],
    ['writing again', 'sub', { permissions: {} }, key(), key({ readOnly: 1 }), 'wider'],
    ['let in from everywhere', 'sub', { ips: '1.2.3.4' }, key(), key(), 'wider'],
    ['bound as asked', 'sub', { ips: '1.2.3.4' }, key({ ips: ['1.2.3.4'] }), key(), 'as-asked'],
    ['bound to more than asked', 'sub', { ips: '1.2.3.4' }, key({ ips: ['1.2.3.4', '5.6.7.8'] }), key(), 'wider'],
    ['unbound since', 'sub', { readOnly: 1 }, key({ readOnly: 1 }), key({ ips: ['1.2.3.4'] }), 'wider'],
  ] as const)('%s', (_what, kind, settings, now, before, expected) => {
    expect(restrictionOf(kind, settings as unknown as BybitSettings).reach(now, before)).toBe(expected);
  });
});

const NAMES = {
  master: {
    Wallet: ['AccountTransfer', 'SubMemberTransfer', 'Withdraw'],
    Spot: ['SpotTrade'],
    ContractTrade: ['Order', 'Position'],
    FiatP2P: ['FiatP2POrder', 'Advertising'],
    Earn: ['Earn'],
  },
  sub: {
    Wallet: ['AccountTransfer', 'SubMemberTransferList'],
    Spot: ['SpotTrade'],
    ContractTrade: ['Order', 'Position'],
    Earn: ['Earn'],
  },
} as const;
const FIXED = new Set(['FiatP2P']);

const groups = (names: Readonly<Record<string, readonly string[]>>) =>
  fc.record(Object.fromEntries(Object.entries(names).map(([group, values]) => [group, fc.subarray([...values])])), {
    requiredKeys: [],
  });
const addresses = fc.oneof(
  fc.constant<string[]>(['*']),
  fc.subarray(['1.1.1.1', '2.2.2.2', '3.3.3.3'], { minLength: 1 }),
);
const readOnly = fc.constantFrom<0 | 1>(0, 1);
const records = (kind: Kind) =>
  fc.record({
    readOnly,
    ips: addresses,
    permissions: groups({ ...NAMES[kind], OnlyInReplies: ['X'] }) as fc.Arbitrary<Record<string, string[]>>,
  });
const settings = (kind: Kind): fc.Arbitrary<BybitSettings> =>
  fc.record(
    {
      readOnly: fc.constantFrom(0 as const, 1 as const, null),
      permissions: groups(NAMES[kind]) as fc.Arbitrary<Record<string, string[]>>,
      ips: addresses,
      acceptUndeletable: fc.boolean(),
    },
    { requiredKeys: [] },
  );

/** The key after a call, as an obedient Bybit would have it: groups that were sent are replaced, the rest stays. */
const applied = (now: BybitRecord, body: Record<string, unknown>): BybitRecord => {
  const {
    ips,
    permissions,
    readOnly: reading,
  } = body as {
    ips?: string;
    permissions?: Record<string, string[]>;
    readOnly: 0 | 1;
  };
  const kept = Object.entries(now.permissions).map(([group, values]) => {
    const replaced = permissions?.[group];
    const unremovable = values.filter((value) => value === 'Withdraw');
    return [group, replaced === undefined ? values : [...replaced, ...unremovable]] as const;
  });
  return {
    readOnly: reading,
    ips: ips === undefined ? now.ips : ips.split(','),
    permissions: Object.fromEntries(kept),
  };
};

const isIn = (inner: readonly string[], outer: readonly string[]): boolean =>
  outer.includes('*') || (!inner.includes('*') && inner.every((ip) => outer.includes(ip)));

describe.each(['master', 'sub'] as const)('any update of a %s key', (kind) => {
  const cases = fc.record({ settings: settings(kind), now: records(kind), before: records(kind), self: fc.boolean() });

  it('widens nothing: every field of its body is within what the key has, had and is asked to keep', () => {
    fc.assert(
      fc.property(cases, ({ settings: asked, now, before, self }) => {
        const body = sent(restrictionOf(kind, asked, ['1.1.1.1'], kind === 'master' || self), now, before);
        if (typeof body === 'string') return;
        const sentGroups = (body['permissions'] ?? {}) as Record<string, string[]>;
        for (const [group, values] of Object.entries(sentGroups)) {
          const isFixed = now.readOnly === 0 && FIXED.has(group);
          for (const value of values) {
            expect(now.permissions[group]).toContain(value);
            if (!isFixed) expect(before.permissions[group]).toContain(value);
            if (!isFixed) expect(asked.permissions?.[group]).toContain(value);
          }
        }
        expect(body['readOnly']).toBe(Math.max(now.readOnly, before.readOnly, asked.readOnly ?? 0));
        const ips = body['ips'] === undefined ? now.ips : String(body['ips']).split(',');
        expect(isIn(ips, now.ips)).toBe(true);
        if (body['ips'] !== undefined) expect(isIn(ips, before.ips)).toBe(true);
        if (asked.ips) expect(isIn(ips, asked.ips as string[])).toBe(true);
        if (kind === 'sub') expect(body).toHaveProperty('ips');
      }),
      { numRuns: 500 },
    );
  });

  it('that is obeyed is not made again: the same body leaves nothing more to take', () => {
    fc.assert(
      fc.property(cases, ({ settings: asked, now }) => {
        const restriction = restrictionOf(kind, asked, ['1.1.1.1', '2.2.2.2', '3.3.3.3'], kind === 'master');
        const body = sent(restriction, now, now);
        if (typeof body === 'string') return;
        const after = applied(now, body);
        const again = sent(restriction, after, now);
        // A master that has lost its transfers already has none to lose.
        if (typeof again === 'string') throw new Error(again);
        expect(applied(after, again).readOnly).toBe(after.readOnly);
        const fiatLeft = after.readOnly === 1 && (after.permissions['FiatP2P']?.length ?? 0) > 0;
        if (!fiatLeft) {
          expect(applied(after, again)).toEqual(after);
          expect(restriction.reach(after, now)).not.toBe('wider');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is met only by a key within what it had and is asked to keep, in every group', () => {
    fc.assert(
      fc.property(cases, ({ settings: asked, now, before }) => {
        const reach = restrictionOf(kind, asked).reach(now, before);
        const within = Object.entries(now.permissions).every(([group, values]) =>
          values.every(
            (value) =>
              before.permissions[group]?.includes(value) &&
              (asked.permissions === undefined || asked.permissions[group]?.includes(value)),
          ),
        );
        const reads = now.readOnly === 1 || (before.readOnly === 0 && asked.readOnly !== 1);
        const bound = isIn(now.ips, before.ips) && isIn(now.ips, (asked.ips as string[] | undefined) ?? ['*']);
        expect(reach === 'as-asked').toBe(within && reads && bound);
      }),
      { numRuns: 500 },
    );
  });
});
