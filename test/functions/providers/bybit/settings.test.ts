import { describe, expect, it } from 'vitest';
import type { Word } from '../../../../functions/core/provider.ts';
import { SETTINGS } from '../../../../functions/providers/bybit/settings.ts';

describe('the settings of an update, in words', () => {
  it.each<[string, readonly Word[], Readonly<Record<string, unknown>>]>([
    ['numbers', [['readOnly', '1']], { readOnly: 1 }],
    ['a zero', [['readOnly', '0']], { readOnly: 0 }],
    ['yes', [['acceptUndeletable', 'true']], { acceptUndeletable: true }],
    ['no', [['acceptUndeletable', 'false']], { acceptUndeletable: false }],
    ['what is none of these as it is', [['readOnly', 'yes']], { readOnly: 'yes' }],
    [
      'a list of addresses',
      [
        ['ips', '192.0.2.1'],
        ['ips', '192.0.2.2'],
      ],
      { ips: ['192.0.2.1', '192.0.2.2'] },
    ],
    ['an address that is empty, which is no list without one', [['ips', '']], { ips: [''] }],
    [
      'the permissions of each group',
      [
        ['permissions.Wallet', 'AccountTransfer'],
        ['permissions.Spot', 'SpotTrade'],
        ['permissions.Wallet', 'Withdraw'],
      ],
      { permissions: { Wallet: ['AccountTransfer', 'Withdraw'], Spot: ['SpotTrade'] } },
    ],
    ['a group without permissions', [['permissions.Wallet', '']], { permissions: { Wallet: [] } }],
    ['nothing', [], {}],
  ])('are %s', (_what, words, expected) => expect(SETTINGS.fromWords(words)).toEqual(expected));

  it('are all of them at once', () =>
    expect(
      SETTINGS.fromWords([
        ['readOnly', '1'],
        ['ips', '192.0.2.1'],
        ['permissions.Wallet', 'AccountTransfer'],
      ]),
    ).toEqual({ readOnly: 1, ips: ['192.0.2.1'], permissions: { Wallet: ['AccountTransfer'] } }));
});

it.each([
  [{ acceptUndeletable: true }, true],
  [{ acceptUndeletable: false }, false],
  [{ readOnly: 1 }, false],
])('knows an update after which a key cannot be deleted: %j', (settings, expected) =>
  expect(SETTINGS.isFinal(settings)).toBe(expected),
);

it('wants addresses in a text or in a list of texts', () => {
  const { error } = SETTINGS.shape.safeParse({ ips: 7 });
  expect(error?.issues.map(({ message }) => message)).toEqual(['it must be a string or a list of strings']);
});
