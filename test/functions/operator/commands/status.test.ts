import { describe, expect, it } from 'vitest';
import { shortened } from '../../../../functions/core/receipts/make-receipt.ts';
import { textOf } from '../../../pages.ts';
import { KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { refusing } from '../../../whole/alarms/troubles.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine } from '../command-line.ts';

const BODY = { provider: 'kalshi', operation: 'delete-key', secretId: SECRETS.kalshiManager };

describe('status', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);

  it('shows the receipt of a request that has ended, and how its key stands', async () => {
    await seedKeys(system());
    await system().send({ ...BODY, target: { apiKeyId: KEYS.kalshiKey }, requestId: 'R-1' });
    await system().settle();
    const { exit, out } = await piped('status', 'R-1');
    expect(exit).toBe(0);
    expect(out[0]).toBe('revoked  kalshi/delete-key  a952…608c');
    expect(out.filter((line) => /^\d\d:\d\d:\d\d\.\d{3} +(probe|call) /.test(line))).toHaveLength(4);
    expect(out.slice(-4, -1)).toEqual([
      '',
      `Key kalshi/prod/${KEYS.kalshiKey}`,
      expect.stringMatching(/^ {2}state {7}proved gone at 2026-11-20T10:\S+ by R-1#1$/),
    ]);
  });

  it('shows how far an open one has come, and when it is tried again', async () => {
    await seedKeys(system());
    system().kalshi.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    await system().send({ ...BODY, target: 'self', requestId: 'R-2', reason: 'leaked' });
    expect((await piped('status', 'R-2')).exit).toBe(4);
    await system().deliver();
    const { exit, out } = await piped('status', 'R-2');
    expect(exit).toBe(0);
    expect(out.slice(0, 6)).toEqual([
      'open  kalshi/delete-key',
      '  request    R-2',
      `  signed by  ${SECRETS.kalshiManager}`,
      '  reason     leaked',
      expect.stringMatching(/^ {2}so far {5}/),
      '  next try   automatic, within 60 s, unless the provider sets another time',
    ]);
  });

  it('shows without a name what is open, the oldest first, and whether all is paused', async () => {
    expect((await piped('status')).out).toEqual([
      '  paused             no',
      '  requests queue     about 0',
      '  urgent queue       about 0',
      '  rechecks queue     about 0, later checks of dead keys',
      '  stuck queue        about 0',
      '  undelivered queue  about 0',
      '  open               nothing',
    ]);
    await seedKeys(system());
    system().bybit.faults.script(refusing);
    await system().send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
    await system().settle();
    system().kalshi.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    system().advance(3_600_000);
    await system().send({ ...BODY, target: 'self', requestId: 'R-2', reason: 'leaked' });
    await system().deliver();
    await piped('pause', '--reason', 'migration', '--by', 'alex');
    const { exit, out } = await piped('status');
    expect([exit, out.slice(0, 7)]).toEqual([
      0,
      [
        expect.stringMatching(/^ {2}paused {13}by alex \(migration\) \d\.\d s ago: no request starts until resume$/),
        '  requests queue     about 0',
        '  urgent queue       about 1',
        '  rechecks queue     about 0, later checks of dead keys',
        '  stuck queue        about 1',
        '  undelivered queue  about 0',
        '  open               2',
      ],
    ]);
    expect(out.slice(-2)).toEqual([
      expect.stringMatching(
        /^INC-2041-desk-7#1 +bybit\/mainnet\/SUBKEYexample00001 +60 m +ended, key not proved gone$/,
      ),
      expect.stringMatching(
        new RegExp(`^R-2#1 +kalshi/prod/${KEYS.kalshiManager} +\\d\\.\\d s +called once, not proved yet$`),
      ),
    ]);
    expect(JSON.parse((await piped('status', '--json')).out.join('\n'))).toMatchObject({
      paused: { by: 'alex', reason: 'migration', since: expect.stringMatching(/^2026-11-20T1/) },
      ...{ requests: 0, urgent: 1, rechecks: 0, stuck: 1, undelivered: 0 },
      open: [{ request: 'INC-2041-desk-7#1', soFar: 'ended, key not proved gone' }, { request: 'R-2#1' }],
    });
    const narrow = await commandLine(system, { width: 80 })('status');
    expect(Math.max(...narrow.out.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(narrow.out.join('\n')).toContain(' bybit/mainnet/SUBKEYexample00001 ');
  });

  it('shows since when the provider does not know a key whose death is not proved yet', async () => {
    await seedKeys(system());
    system().kalshi.faults.script({ match: { method: 'DELETE' }, fault: { kind: 'dropAfter' } });
    await system().send({ ...BODY, target: 'self', requestId: 'R-2' });
    await system().deliver();
    const soFar = async () => (await piped('status', 'R-2')).out.find((line) => line.startsWith('  so far'));
    const since = 'unknown to the provider since 2026-11-20T10:00:00.112Z'; // after two slots of the rate
    expect(await soFar()).toBe(`  so far     called once, ${since}`);
    system().advance(60_000);
    await system().deliver();
    expect(await soFar()).toBe(`  so far     called 2 times, ${since}`);
  });

  it.each([shortened(KEYS.kalshiManager), shortened(KEYS.kalshiManager).replace('…', '...')])(
    'finds a key by its short form: %s',
    async (short) => {
      await seedKeys(system());
      await system().send({ ...BODY, target: 'self', requestId: 'R-2' });
      await system().settle();
      const { exit, out } = await piped('status', short);
      expect([exit, out[0]]).toEqual([0, `Key kalshi/prod/${KEYS.kalshiManager}`]);
      expect((await piped('status', 'a952…0000')).exit).toBe(4);
    },
  );

  it('shows when one is due that waits for its time', async () => {
    await seedKeys(system());
    await system().send({ ...BODY, target: 'self', requestId: 'R-3', notBefore: '2026-11-21T10:00:00Z' });
    await system().deliver();
    const { out } = await piped('status', 'R-3');
    expect(out).toContain('  so far     not due until 2026-11-21T10:00:00.000Z');
    expect(out).toContain('  next try   at 2026-11-21T10:00:00.000Z');
  });

  it.each([
    ['its name', `kalshi/prod/${KEYS.kalshiKey}`],
    ['its identifier', KEYS.kalshiKey],
    ['its identifier in capitals', KEYS.kalshiKey.toUpperCase()],
  ])('finds a key by %s', async (_by, name) => {
    await seedKeys(system());
    await system().send({ ...BODY, target: { apiKeyId: KEYS.kalshiKey }, requestId: 'R-4', dryRun: true });
    await system().settle();
    const { exit, out } = await piped('status', name);
    expect(exit).toBe(0);
    expect(out).toEqual([
      `Key kalshi/prod/${KEYS.kalshiKey}`,
      '  state       seen alive; no request for the key has ended',
      expect.stringMatching(/^ {2}first seen {2}2026-11-20T10:00/),
    ]);
  });

  it('ends as a stuck request has, and says that its key may be alive', async () => {
    await seedKeys(system());
    await system().send({ ...BODY, target: { apiKeyId: '00000000-0000-4000-8000-000000000000' }, requestId: 'R-5' });
    await system().settle();
    const { exit, out } = await piped('status', 'R-5', '--json');
    expect(exit).toBe(3);
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      request: { requestId: 'R-5', attempt: 1, open: false, plan: false },
      receipt: { outcome: 'stuck', code: 'not-recognised' },
      soFar: null,
      keys: [{ state: 'open', leftOpenBy: 'R-5#1', provedAt: null }],
    });
  });

  it('tells a plan from a request', async () => {
    await seedKeys(system());
    await piped('plan', 'kalshi/delete-key', '--secret', SECRETS.kalshiKey, '--target', 'self', '--request-id', 'P-1');
    const { exit, out } = await piped('status', 'P-1');
    expect([exit, out[0]]).toEqual([0, 'Nothing was changed: this is a plan  kalshi/delete-key  a952…608c']);
  });

  it('finds a refusal by the id that its sender gave', async () => {
    await system().send({ ...BODY, target: 'self', reason: 'no reason', requestId: 'MINE' });
    await system().settle();
    const { exit, out } = await piped('status', 'MINE');
    expect([exit, out[0]]).toEqual([3, expect.stringMatching(/^refused\/malformed/)]);
    expect(out).toContain('  asked as  MINE');
    const { request, receipt, others, unnamed } = JSON.parse((await piped('status', 'MINE', '--json')).out.join(''));
    expect([receipt.request.id, others, unnamed]).toEqual(['MINE', [], 0]);
    expect(request.requestId).toBe(receipt.requestId);
  });

  it('names the messages that were refused since another request has their id', async () => {
    await seedKeys(system());
    await system().send({ ...BODY, target: { apiKeyId: KEYS.kalshiKey }, requestId: 'TAKEN', dryRun: false });
    await system().settle();
    await system().send({ ...BODY, secretId: 'key-revoker/other', target: 'self', requestId: 'TAKEN' });
    await system().settle();
    const { exit, out } = await piped('status', 'TAKEN');
    const messageId = system().receipts().at(-1)?.requestId;
    expect([exit, out.at(-1)]).toEqual([
      0,
      expect.stringMatching(
        `^Also sent with this id: key-revoker status ${messageId} shows what ended as (refused|stuck)/`,
      ),
    ]);
    const { receipt, others } = JSON.parse((await piped('status', 'TAKEN', '--json')).out.join(''));
    expect([receipt.outcome, others]).toEqual(['revoked', [{ requestId: messageId, outcome: expect.any(String) }]]);
  });

  it('finds nothing of a name that nobody has used', async () => {
    const failure = (why: string) =>
      `Cannot find "nobody": give the id of a received request, or the identifier of a key that a request was about. ${why}`;
    const { exit, told } = await piped('status', 'nobody');
    expect([exit, told]).toEqual([
      4,
      [
        failure(
          'A request that was just sent may still be on the queue. A scheduled one is in key-revoker schedule list',
        ),
      ],
    ]);
    await piped('pause', '--reason', 'migration', '--by', 'alex');
    const { told: paused } = await piped('status', 'nobody');
    expect(paused).toEqual([failure('New requests wait: requests are paused by alex (migration)')]);
  });
});
