import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES } from '../../../../infra/provider-names.ts';
import { KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { cardAs } from '../card-as.ts';
import { commandLine } from '../command-line.ts';

const request = (apiKey: string, subMemberId: string) => ({
  provider: 'bybit',
  operation: 'delete-sub-key',
  secretId: SECRETS.master,
  target: { apiKey, subMemberId },
  reason: 'leaked',
});

const SAID = ['--reason', 'INC-2041', '--yes'];

describe('limit', () => {
  const system = systemForEachTest({ environment: { LIMIT_URGENT: '1' } });
  const piped = commandLine(system);

  it('shows what is deployed and used up, and raises it for a time', async () => {
    await seedKeys(system());
    await cardAs({ limits: { urgent: 1, other: 200 } });
    await system().send(request(KEYS.sub, '100400345'));
    await system().settle();
    const before = await piped('limit', 'show');
    expect(before.out.slice(0, 4)).toEqual([
      'Provider  Requests  Calls this hour  Limit  Deployed  Raised until',
      expect.stringMatching(/^─+$/),
      'bybit     urgent                  1      1         1  –',
      'bybit     other                   0    200       200  –',
    ]);
    const raised = await piped('limit', 'raise', '--provider', 'bybit', '--urgent', '5', '--for', '2h', ...SAID);
    expect(raised.told).toEqual([
      expect.stringMatching(/^bybit, urgent: 5 calls per hour until 2026-11-20T12:\S+, 5\.0 times the deployed 1$/),
    ]);
    expect(raised.exit).toBe(0);
    expect(raised.out.slice(2)).toEqual([
      expect.stringMatching(/^bybit {5}urgent {18}1 {6}5 {9}1 {2}2026-11-20T12:\S+$/),
      'bybit     other                   0    200       200  –',
    ]);
    await system().send(request(KEYS.oldSub, '100400346'));
    await system().settle();
    expect(
      system()
        .receipts()
        .map(({ outcome }) => outcome),
    ).toEqual(['revoked', 'revoked']);
    expect(Date.now()).toBeLessThan(Date.parse('2026-11-20T10:59:00Z'));
  });

  it('keeps what was raised before, and is over in time', async () => {
    await piped('limit', 'raise', '--provider', 'kalshi', '--urgent', '2000', '--for', '2h', ...SAID);
    await piped('limit', 'raise', '--provider', 'kalshi', '--other', '300', '--for', '1h', ...SAID);
    const raised = JSON.parse((await piped('limit', 'show', '--json')).out.join('\n'));
    expect(raised.filter(({ provider }: { provider: string }) => provider === 'kalshi')).toMatchObject([
      { kind: 'urgent', used: 0, limit: 2_000, deployed: 1_000, until: '2026-11-20T11:00:00.000Z' },
      { kind: 'other', limit: 300, until: '2026-11-20T11:00:00.000Z' },
    ]);
    system().advance(3_600_000);
    const over = JSON.parse((await piped('limit', 'show', '--json')).out.join('\n'));
    expect(over.map(({ until }: { until: string | null }) => until)).toEqual(
      Array(2 * PROVIDER_NAMES.length).fill(null),
    );
  });

  it('is reset before its time, and the ledger says who raised and who reset it', async () => {
    await piped('limit', 'raise', '--provider', 'kalshi', '--urgent', '2000', '--for', '2h', '--by', 'alex', ...SAID);
    expect(await system().ledger()).toContain('INC-2041');
    const { exit, out } = await piped(
      'limit',
      'reset',
      '--provider',
      'kalshi',
      '--by',
      'kim',
      '--reason',
      'it is over',
    );
    expect([exit, out.slice(2)]).toEqual([
      0,
      [
        expect.stringMatching(/^kalshi +urgent +0 +1000 +1000 +–$/),
        expect.stringMatching(/^kalshi +other +0 +200 +200 +–$/),
      ],
    ]);
    const ledger = await system().ledger();
    expect([ledger.includes('it is over'), ledger.includes('kim'), ledger.includes('alex')]).toEqual([
      true,
      true,
      false,
    ]);
    expect((await piped('limit', 'reset', '--provider', 'bybit', '--reason', 'nothing is raised')).exit).toBe(0);
    expect(await system().ledger()).not.toContain('nothing is raised');
  });

  it('is not raised without a word of the user', async () => {
    const words = ['--provider', 'bybit', '--urgent', '2000', '--for', '1h', '--reason', 'x'];
    const { exit, told } = await piped('limit', 'raise', ...words);
    expect([exit, told.at(-1)]).toEqual([2, 'Cannot ask for confirmation without a terminal: use --yes']);
    expect(await system().ledger()).not.toContain('override');
  });

  it('refuses what makes no sense', async () => {
    const refusals: readonly (readonly [words: readonly string[], sentence: string])[] = [
      [['--for', '1h'], 'Cannot tell what to raise: give --urgent, --other or both'],
      [['--urgent', '2000', '--for', '3d'], 'Cannot raise a limit for longer than 48h'],
      [['--other', '100', '--for', '1h'], 'Cannot lower a limit: give --other at least 200'],
      [['--urgent', '0', '--for', '1h'], "Option '--urgent <calls>' argument '0' is invalid."],
      [['--urgent', '2000'], "Required option '--for <time>' not specified"],
    ];
    for (const [words, sentence] of refusals) {
      const { exit, told } = await piped('limit', 'raise', '--provider', 'bybit', ...SAID, ...words);
      expect([exit, told[0]]).toEqual([2, expect.stringContaining(sentence)]);
    }
    expect((await piped('limit', 'raise', '--provider', 'x', '--urgent', '2', '--for', '1h', ...SAID)).exit).toBe(2);
    expect(await system().ledger()).not.toContain('override');
  });
});
