import { describe, expect, it } from 'vitest';
import type { Facts, KeyRecord } from '../../../../functions/core/answer.ts';
import type { Order } from '../../../../functions/core/provider.ts';
import { bybit } from '../../../../functions/providers/bybit/index.ts';
import { order } from '../ask.ts';
import { keyIn, MASTER, SUB } from './keys.ts';

const record = (...wallet: readonly string[]): KeyRecord => ({ readOnly: 0, ips: [], permissions: { Wallet: wallet } });
const forecast = (of: Order, facts: Facts, known?: KeyRecord) => bybit.plan(of).forecast(facts, known);

const master = order('delete-master-key', keyIn(MASTER));
const sub = order('delete-sub-key', keyIn(SUB));
const managed = order('delete-sub-key', keyIn(MASTER), {
  aim: { self: false, keyId: SUB, locator: { subMemberId: '7' } },
});
const speaking = order('delete-sub-key', keyIn(MASTER), { aim: { self: false, keyId: SUB, credential: keyIn(SUB) } });
const updateOf = (kind: 'master' | 'sub', settings: Order['settings']) =>
  order(`update-${kind}-key`, keyIn(kind === 'sub' ? SUB : MASTER), { settings });
const update = (settings: Order['settings']) => updateOf('master', settings);

describe('a forecast', () => {
  it.each([
    ['a master without transfers', master, {}, record(), 'Only the provider’s web console is left'],
    [
      'a sub key without transfers',
      sub,
      {},
      record('Withdraw'),
      'so Bybit will refuse the call (10005). Its master key can make the call',
    ],
    [
      'a master that signs without transfers',
      managed,
      { wallet: '' },
      undefined,
      '. If the sub key has a transfer permission, it can make the call; otherwise only the provider’s web console is left',
    ],
    [
      'a sub key without a wallet',
      sub,
      {},
      { ...record(), permissions: {} },
      'so Bybit will refuse the call (10005). Its master key can make the call',
    ],
    ['a read-only key', sub, {}, { ...record('AccountTransfer'), readOnly: 1 }, 'The signing key is read-only'],
    ['a read-only master that signs', managed, { readOnly: '1' }, undefined, 'The signing key is read-only'],
    [
      'a key of an application',
      sub,
      { type: '2' },
      record('AccountTransfer'),
      'third-party application. It is not documented whether the API can delete such a key. The provider’s web console can delete the key',
    ],
    [
      'a master that shall only read',
      update({ readOnly: 1 }),
      {},
      record('AccountTransfer'),
      'whether a read-only master',
    ],
    [
      'addresses of a master',
      update({ ips: '1.2.3.4' }),
      {},
      record('AccountTransfer'),
      'Send the request again without ips',
    ],
    ['a key in no sub account', managed, { searched: '3 sub accounts with 4 keys' }, undefined, 'could not be proved'],
  ] as const)('warns of %s', (_what, of, facts, known, expected) => {
    expect(forecast(of, facts, known)).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    ['a master that may transfer', master, {}, record('SubMemberTransfer')],
    ['a master that may withdraw', master, {}, record('Withdraw')],
    ['a sub key that may transfer', sub, {}, record('SubMemberTransferList')],
    ['a master that signs and may', managed, { wallet: 'AccountTransfer', readOnly: '0' }, record()],
    ['a sub key that may transfer as a master', sub, {}, record('SubMemberTransfer')],
    ['a master that is not known yet', master, {}, undefined],
    ['a sub key that is not known yet', sub, {}, undefined],
    ['a sub key that shall only read', updateOf('sub', { readOnly: 1 }), {}, record('AccountTransfer')],
    ['addresses of a sub key', updateOf('sub', { ips: '1.2.3.4' }), {}, record('AccountTransfer')],
    ['a master that is asked for neither', updateOf('master', { permissions: {} }), {}, record('AccountTransfer')],
    ['a key in no sub account that can speak', speaking, { searched: '3 sub accounts with 4 keys' }, undefined],
    ['a key of a person', sub, { type: '1' }, record('AccountTransfer')],
  ] as const)('is silent about %s', (_what, of, facts, known) => {
    expect(forecast(of, facts, known)).toEqual([]);
  });
});

describe('afterwards', () => {
  const WALLET = ['AccountTransfer', 'SubMemberTransfer', 'SubMemberTransferList'];
  const keeping = (...names: readonly string[]) => ({ permissions: { Wallet: [...names] } });

  it.each([
    [
      'sub keys stay alive',
      master,
      record(...WALLET),
      /^The sub keys that this key signs for stay alive. Afterwards another master key/,
    ],
    [
      'a master has lost its last right',
      update({ permissions: {} }),
      record(...WALLET),
      /Only the provider’s web console is left$/,
    ],
    [
      'a master is left what it never had',
      update(keeping('SubMemberTransfer')),
      record('AccountTransfer'),
      /Only the provider’s web/,
    ],
    [
      'a sub key has lost its last right',
      updateOf('sub', keeping()),
      record(...WALLET, 'Withdraw'),
      /Its master key or/,
    ],
  ] as const)('%s', (_what, of, known, expected) =>
    expect(bybit.plan(of).afterwards({}, known)).toEqual([expect.stringMatching(expected)]),
  );

  it.each([
    ['a sub key is gone', sub, record(...WALLET)],
    ['a sub key is gone by its master', managed, record(...WALLET)],
    ['a master keeps a right', update(keeping('SubMemberTransfer')), record(...WALLET)],
    ['a master keeps what the API cannot take', update(keeping()), record(...WALLET, 'Withdraw')],
    ['a sub key keeps a right', updateOf('sub', keeping('SubMemberTransferList')), record(...WALLET)],
    ['no permissions are asked for', update({ readOnly: 1 }), record('AccountTransfer')],
    ['a master had no right before', update({ permissions: {} }), record()],
    ['a sub key had no right before', updateOf('sub', { permissions: {} }), record('Withdraw')],
    ['nothing is known', update({ permissions: {} }), undefined],
  ] as const)('says nothing where %s', (_what, of, known) => expect(bybit.plan(of).afterwards({}, known)).toEqual([]));
});
