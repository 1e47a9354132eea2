import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import { deadKeys, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine, type Ran } from '../command-line.ts';

const BYBIT = ['incident', '--provider', 'bybit', '--reference', 'INC-1'];
const REQUESTY = ['incident', '--provider', 'requesty', '--reference', 'INC-2'];

describe('an incident that contains', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);

  describe('where a master may not delete its sub key', () => {
    const words = [...BYBIT, '--signed-by', SECRETS.master, '--name-prefix', SECRETS.sub, '--json'];
    const prepared = async (): Promise<void> => {
      await seedKeys(system());
      system().bybit.patch('mainnet', KEYS.master, { permissions: { Spot: ['SpotTrade'] } });
    };
    const receiptsIn = ({ out }: Ran): readonly Receipt[] => JSON.parse(out.join('\n')).keys[0].receipts;

    it.each<[string, string[], string[], readOnly: 0 | 1 | undefined]>([
      ['leaves the key as it is', [], ['stuck'], undefined],
      ['takes every permission from it on demand', ['--contain'], ['stuck', 'restricted'], 0],
      ['makes it read-only on demand', ['--contain', '--read-only'], ['stuck', 'restricted'], 1],
    ])('%s', async (_what, more, outcomes, after) => {
      await prepared();
      const ran = await piped(...words, ...more, '--count', '1');
      const receipts = receiptsIn(ran);
      expect(receipts.map(({ outcome }) => outcome)).toEqual(outcomes);
      // Contained or not, it lives.
      expect([ran.exit, deadKeys(system())]).toEqual([3, []]);
      const told = 'A key that its managing key cannot delete loses every permission';
      expect(ran.told.includes(told)).toBe(more.length > 0);
      expect(receipts[1]?.signer?.as).toBe(after === undefined ? undefined : 'self');
      const { readOnly, permissions = {} } = JSON.parse(ran.out.join('\n')).keys[0].receipts[1]?.change.after ?? {};
      expect([readOnly, Object.values(permissions).flat()]).toEqual([after, []]);
    });

    it.each([3, 4, 5, 6, 7])('contains it once, though broken off in wait %i', async (breakOffAfter) => {
      await prepared();
      const broken = await commandLine(system, { breakOffAfter })(...words, '--contain', '--count', '1');
      const again = await piped(...words, '--contain', '--count', '1');
      const runs = broken.exit === 5 ? [again] : [broken, again];
      for (const ran of runs) expect(receiptsIn(ran).map(({ outcome }) => outcome)).toEqual(['stuck', 'restricted']);
      expect(
        new Set(
          system()
            .receipts()
            .filter(({ dryRun }) => !dryRun)
            .map(({ requestId }) => requestId),
        ).size,
      ).toBe(2);
      const updates = system().bybit.record.filter(({ path }) => path === '/v5/user/update-sub-api');
      expect(updates).toHaveLength(1);
    });

    it('contains one that an earlier run has left', async () => {
      await prepared();
      expect((await piped(...words, '--count', '1')).exit).toBe(3);
      const unasked = await piped(...words, '--contain');
      expect([unasked.exit, unasked.told.at(-1)]).toEqual([
        2,
        expect.stringContaining('without a terminal: use --count 1'),
      ]);
      const { told, ...ran } = await piped(...words, '--contain', '--count', '1');
      expect(told).toContain('1 key that an earlier run could not delete, to be contained');
      expect(receiptsIn({ told, ...ran }).map(({ outcome }) => outcome)).toEqual(['stuck', 'restricted']);
      expect(told).toContain('1 already sent by an earlier run: this run follows them');
      // Once it is done there is nothing left to agree to.
      expect((await piped(...words, '--contain')).told.slice(-3)).toEqual([
        expect.stringMatching(/1\/1 {2}1 restricted$/),
        expect.stringMatching(/^Whether the keys stay gone is confirmed by /),
        '1 key not deleted: key-revoker stuck list names it, and key-revoker stuck show says what to do next',
      ]);
    });

    it('does not contain one whose delete ended in another way', async () => {
      await prepared();
      await system().store('key-revoker/odd', { user: 'me' });
      const wrong = [...BYBIT, '--signed-by', 'key-revoker/odd', '--name-prefix', SECRETS.sub, '--json'];
      const ran = await piped(...wrong, '--contain', '--count', '1');
      expect([ran.exit, receiptsIn(ran)]).toMatchObject([3, [{ outcome: 'refused', code: 'credential-unreadable' }]]);
      expect(receiptsIn(ran)).toHaveLength(1);
    });
  });

  it('does not contain a key that signs for itself, and says so', async () => {
    await seedKeys(system());
    system().bybit.patch('mainnet', KEYS.sub, { permissions: { Spot: ['SpotTrade'] } });
    const words = [...BYBIT, '--name-prefix', SECRETS.sub, '--contain', '--count', '1'];
    const { exit, out, told } = await piped(...words);
    expect([exit, out[2]]).toEqual([3, expect.stringMatching(/ stuck\/permission-missing +1 +–$/)]);
    expect(told.find((line) => line.startsWith('A key that its managing key'))).toMatch(
      /, except the 1 that sign for themselves: no other/,
    );
  });

  it('does not contain a key of a provider that cannot restrict one, and says so', async () => {
    await seedKeys(system());
    const { exit, out, told } = await piped(
      ...REQUESTY,
      '--name-prefix',
      SECRETS.requestyKey,
      '--contain',
      '--count',
      '1',
    );
    expect([exit, out[2]]).toEqual([3, expect.stringMatching(/ stuck\/permission-missing +1 +–$/)]);
    expect(told).toContain(
      'requesty cannot restrict a key: --contain does nothing, and a key that cannot be deleted stays as it is',
    );
  });
});
