import { describe, expect, it } from 'vitest';
import { deadKeys, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine } from '../command-line.ts';

const SUB = ['bybit/delete-sub-key', '--secret', SECRETS.sub, '--target', 'self'];

describe('plan', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);

  it('says at once what a request would do later, and what no request may do', async () => {
    await seedKeys(system());
    const later = await piped('plan', ...SUB, '--not-before', new Date(Date.now() + 3_600_000).toISOString());
    expect([later.exit, deadKeys(system())]).toEqual([0, []]);
    const far = await piped('plan', ...SUB, '--not-before', '2099-01-01T00:00:00Z');
    expect([far.exit, far.told[0]]).toEqual([2, expect.stringContaining('notBefore is further ahead')]);
  });

  it('says what a request would do, sentence by sentence, and touches no key', async () => {
    await seedKeys(system());
    system().bybit.patch('mainnet', KEYS.sub, { permissions: { Spot: ['SpotTrade'] } });
    const { exit, out, told } = await piped('plan', ...SUB);
    // Bybit would refuse it.
    expect([exit, told]).toEqual([3, []]);
    expect(out.slice(0, 4)).toEqual([
      'Nothing was changed: this is a plan  bybit/delete-sub-key  SUBK…0001',
      '  • A real request would send delete-sub-key, signed by the key itself',
      '  • This key has neither AccountTransfer nor SubMemberTransferList, so Bybit will refuse the call (10005)',
      '  • Its master key can make the call',
    ]);
    expect(deadKeys(system())).toEqual([]);
    expect(await system().stuck()).toEqual([]);
  });

  it('wraps them in a terminal', async () => {
    await seedKeys(system());
    system().bybit.patch('mainnet', KEYS.sub, { permissions: { Spot: ['SpotTrade'] } });
    const { out } = await commandLine(system, { width: 80 })('plan', ...SUB);
    expect(out.slice(2, 5)).toEqual([
      '  • This key has neither AccountTransfer nor SubMemberTransferList, so Bybit',
      '    will refuse the call (10005)',
      '  • Its master key can make the call',
    ]);
    expect(out.filter((line) => line.length > 80)).toEqual([]);
  });

  const self = (operation: string, secret: string) => [operation, '--secret', secret, '--target', 'self'];
  const FINAL = 'A delete is final: the key cannot be brought back';

  it.each<[what: string, words: string[], says: string[]]>([
    [
      'a Bybit master: its sub keys',
      self('bybit/delete-master-key', SECRETS.master),
      [
        FINAL,
        'The sub keys that this key signs for stay alive',
        'Afterwards another master key must sign for the sub keys, or the sub keys sign for themselves',
      ],
    ],
    [
      'an update: what only the web console can do after it',
      [...self('bybit/update-sub-key', SECRETS.sub), '--settings', 'permissions.Spot=SpotTrade'],
      [
        'An update only removes permissions',
        'To restore them, use the provider’s web console',
        'Afterwards the key can no longer delete itself',
        'Its master key or the provider’s web console can delete the key',
      ],
    ],
    [
      'a key of Kalshi',
      self('kalshi/delete-key', SECRETS.kalshiKey),
      [
        FINAL,
        'Afterwards this key can no longer sign for other keys of its user',
        'If it is the last key, keys can only be managed in the provider’s web console',
      ],
    ],
    [
      'a key of Requesty that cannot',
      self('requesty/delete-key', SECRETS.requestyKey),
      [
        'This key does not have the permission manage: write, so Requesty will likely refuse the call',
        'A managing key can make the call',
        'The provider’s web console can delete the key too',
        FINAL,
      ],
    ],
  ])('tells of %s', async (_what, words, says) => {
    await seedKeys(system());
    const { out } = await piped('plan', ...words);
    for (const text of says) expect(out).toContain(`  • ${text}`);
    // What is reachable: who was asked, and what was seen.
    expect(out.at(-1)).toMatch(/^\d\d:\d\d:\d\d\.\d{3} +probe .* alive /);
    expect(deadKeys(system())).toEqual([]);
  });

  it.each<[string, string[], string]>([
    [
      'would be refused',
      ['bybit/delete-master-key', '--secret', SECRETS.sub, '--target', 'self'],
      '  • A real request would end as refused/wrong-signer',
    ],
    [
      'cannot be planned',
      ['kalshi/delete-key', '--secret', 'key-revoker/nothing', '--target', 'self'],
      'stuck/credential-missing  kalshi/delete-key',
    ],
  ])('ends badly for what %s', async (_what, words, line) => {
    await seedKeys(system());
    const { exit, out } = await piped('plan', ...words);
    expect(exit).toBe(3);
    expect(out).toContain(line);
  });

  it('prints the receipt for machines', async () => {
    await seedKeys(system());
    const { exit, out } = await piped('--json', 'plan', ...SUB, '--request-id', 'P-1');
    expect(exit).toBe(0);
    expect(JSON.parse(out.join('\n'))).toMatchObject({ receiptId: 'P-1#plan#1', outcome: 'planned', dryRun: true });
  });
});
