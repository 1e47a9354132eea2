import { describe, expect, it } from 'vitest';
import { canonical } from '../../../../functions/core/request/canonical.ts';
import { digest } from '../../../../functions/edge/process/digest.ts';
import { textOf } from '../../../pages.ts';
import { KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { refusing } from '../../../whole/alarms/troubles.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine } from '../command-line.ts';

const KALSHI = { provider: 'kalshi', operation: 'delete-key', secretId: SECRETS.kalshiManager };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const calls: string[] = [];
const system = systemForEachTest({
  onCall: ({ service, action }) => void (service === 'dynamodb' && calls.push(action)),
});
const piped = commandLine(system);

/** One key of each kind of end: dead, stuck, and gone. */
const incident = async (): Promise<void> => {
  await seedKeys(system());
  await system().send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
  await system().settle();
  for (let minute = 0; minute < 12; minute += 1) {
    system().advance(MINUTE);
    await system().settle();
  }
  const named = { ...KALSHI, reference: 'INC-2042', requestedBy: 'alex' };
  await system().send({ ...named, target: { apiKeyId: '00000000-0000-4000-8000-000000000000' }, requestId: 'K-2' });
  await system().settle();
  await system().send({ ...named, target: { apiKeyId: KEYS.kalshiKey }, requestId: 'K-1', reason: 'leaked' });
  await system().settle();
};

const json = async (...words: readonly string[]) => JSON.parse((await piped(...words, '--json')).out.join('\n'));

const named = async (...words: readonly string[]): Promise<readonly string[]> =>
  (await json('receipts', ...words)).receipts.map(({ request }: { readonly request: string }) => request);

describe('receipts', () => {
  it('lists what has ended, the latest first, and sums it up', async () => {
    await incident();
    const { exit, out } = await piped('receipts');
    expect(exit).toBe(0);
    expect(out[0]).toMatch(/^Request +State +Ended \(UTC\) +Key +Provider +Gone +Dead +Reference$/);
    expect(out.slice(2, 5).map((line) => line.split(/ {2,}/))).toEqual([
      ['K-1#1', 'gone', '2026-11-20 10:21:04', 'a952…608c', 'kalshi', '0.2 s', '–', 'INC-2042'],
      ['K-2#1', 'stuck/not-recognised', '2026-11-20 10:21:02', '0000…0000', 'kalshi', '–', '–', 'INC-2042'],
      ['INC-2041-desk-7#1', 'dead', '2026-11-20 10:00:02', 'SUBK…0001', 'bybit', '0.1 s', '10 m', 'INC-2041'],
    ]);
    expect(out.slice(5, 9)).toEqual([
      '',
      '  requests      3: 2 revoked, 1 stuck',
      '  time to gone  median 0.1 s, p99 0.2 s, of 2 keys',
      '  time to dead  median 10 m, p99 10 m, of 1 key',
    ]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['a reference', ['--reference', 'INC-2042'], ['K-1', 'K-2']],
    ['a key by its identifier', ['--key', KEYS.kalshiKey], ['K-1']],
    ['a key by its identifier in capitals', ['--key', KEYS.kalshiKey.toUpperCase()], ['K-1']],
    ['a key by its short form', ['--key', 'a952…608c'], ['K-1']],
    ['a key by its short form, typed', ['--key', 'SUBK...0001'], ['INC-2041-desk-7']],
    ['a key by its name', ['--key', `kalshi/prod/${KEYS.kalshiKey}`], ['K-1']],
    ['an outcome', ['--outcome', 'stuck'], ['K-2']],
    ['an outcome with its code', ['--outcome', 'stuck/not-recognised'], ['K-2']],
    ['a finding', ['--outcome', 'confirmed'], ['INC-2041-desk-7']],
    ['a provider', ['--provider', 'bybit'], ['INC-2041-desk-7']],
    ['the last minutes', ['--since', '5m'], ['K-1', 'K-2']],
    ['the time before', ['--until', '5m'], ['INC-2041-desk-7']],
    ['an instant', ['--since', '2026-11-20T10:12:00Z'], ['K-1', 'K-2']],
    ['a date', ['--since', '2026-11-20', '--until', '2026-11-21'], ['K-1', 'K-2', 'INC-2041-desk-7']],
    ['several at once', ['--reference', 'INC-2042', '--outcome', 'revoked'], ['K-1']],
    ['what is not there', ['--reference', 'INC-1'], []],
  ])('shows only those of %s', async (_what, words, found) => {
    await incident();
    expect(await named(...words)).toEqual(found);
  });

  it('shows the last week, and everything of one incident or one key', async () => {
    await incident();
    system().advance(8 * DAY);
    expect((await piped('receipts')).out[0]).toBe('No receipts match');
    expect(await named('--reference', 'INC-2042')).toEqual(['K-1', 'K-2']);
    expect(await named('--key', 'SUBK…0001')).toEqual(['INC-2041-desk-7']);
  });

  it('reads lists of the index and single items, and never the whole table', async () => {
    await incident();
    calls.length = 0;
    await piped('receipts');
    expect(new Set(calls)).toEqual(new Set(['GetItem', 'Query']));
    // Eight lists of ends, and eight of each of four states of cases in the old or the new index.
    expect(calls.filter((action) => action === 'Query').length).toBeLessThanOrEqual(40);
    expect(calls.filter((action) => action === 'GetItem')).toHaveLength(1);
  });

  it('says everything for machines', async () => {
    await incident();
    const { receipts, ...sums } = await json('receipts', '--reference', 'INC-2041');
    expect(sums).toMatchObject({
      ...{ since: '1970-01-01T00:00:00.000Z', count: 1, outcomes: { revoked: 1 } },
      timeToGone: { count: 1, medianMs: 112, p99Ms: 112, longestMs: 112 },
      timeToDead: { count: 1, medianMs: expect.any(Number) },
    });
    expect(receipts).toEqual([
      {
        ...{ request: 'INC-2041-desk-7', attempt: 1, outcome: 'revoked', code: null, state: 'dead' },
        ...{ provider: 'bybit', operation: 'delete-sub-key', key: 'bybit/mainnet/SUBKEYexample00001' },
        ...{ reason: 'leaked', reference: 'INC-2041', requestedBy: null },
        ...{ dueAt: '2026-11-20T10:00:00.000Z', goneAt: '2026-11-20T10:00:00.112Z', timeToGoneMs: 112 },
        ...{ endedAt: '2026-11-20T10:00:02.112Z', finding: 'confirmed', foundAt: expect.any(String) },
        ...{ timeToDeadMs: sums.timeToDead.medianMs, seenAgainAt: null },
      },
    ]);
    expect(await json('receipts', '--reference', 'INC-2041', '--output', 'json')).toEqual({ ...sums, receipts });
  });

  it('writes CSV in which no text of others is a formula', async () => {
    await seedKeys(system());
    const reference = '=HYPERLINK("//x";"y"),1';
    await system().send({
      ...KALSHI,
      target: { apiKeyId: KEYS.kalshiKey },
      requestId: '+1',
      reference,
      requestedBy: '@a',
    });
    await system().settle();
    const { out, told } = await piped('receipts', '-o', 'csv');
    expect(out[0]).toMatch(/^request,attempt,endedAt,outcome,code,state,provider,/);
    expect(out).toHaveLength(2);
    expect(out[1]).toMatch(/^'\+1,1,2026-11-20T10:00:\S+Z,revoked,,gone,kalshi,delete-key,kalshi\/prod\//);
    expect(out[1]).toContain(`,"'=HYPERLINK(""//x"";""y""),1",'@a,`);
    expect(told).toEqual([expect.stringMatching(/^History is whole from /)]);
  });

  it('shows a text of others as one line that the terminal obeys in nothing', async () => {
    await seedKeys(system());
    const reference = 'INC\u001b[2J\nforged';
    await system().send({ ...KALSHI, target: { apiKeyId: KEYS.kalshiKey }, requestId: 'K-1', reference });
    await system().settle();
    const { out } = await piped('receipts');
    expect(out[2]).toMatch(/ INC\\u\{1b\}\[2J\\u\{a\}forged$/);
  });

  it.each([80, 100])('fits a terminal of %i columns, with the name of no request cut', async (width) => {
    await incident();
    const { out } = await commandLine(system, { width })('receipts');
    expect(Math.max(...out.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(out.join('\n')).toContain('INC-2041-desk-7#1');
    expect(out.join('\n')).toContain('stuck/not-recognised');
  });

  it('shows a request once it has ended again', async () => {
    await seedKeys(system());
    system().bybit.faults.script(refusing);
    await system().send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
    await system().settle();
    expect((await json('receipts')).receipts).toMatchObject([{ attempt: 1, outcome: 'stuck' }]);
    system().bybit.faults.clear();
    const [copy] = await system().stuck();
    if (copy) await system().redrive(copy);
    await system().settle();
    expect((await json('receipts')).receipts).toMatchObject([{ attempt: 2, outcome: 'revoked' }]);
  });

  it('says that a key was seen again, once a recheck has seen it', async () => {
    await incident();
    system().bybit.revive('mainnet', KEYS.sub);
    system().advance(DAY);
    await system().lookAfter();
    system().advance(15 * MINUTE);
    await system().settle();
    const [entry] = (await json('receipts', '--provider', 'bybit')).receipts;
    expect(entry).toMatchObject({
      outcome: 'revoked',
      state: 'seen again',
      seenAgainAt: expect.stringMatching(/^2026-11-21/),
    });
    expect(await named('--outcome', 'confirmed')).toContain('INC-2041-desk-7');
  });

  it('leaves out plans and what has not ended', async () => {
    await seedKeys(system());
    await system().send({ ...KALSHI, target: { apiKeyId: KEYS.kalshiKey }, requestId: 'P-1', dryRun: true });
    await system().settle();
    system().kalshi.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    await system().send({ ...KALSHI, target: 'self', requestId: 'K-3' });
    await system().deliver();
    expect(await named()).toEqual([]);
  });

  it('refuses a time that it cannot read, and a format that it does not know', async () => {
    expect(await piped('receipts', '--since', 'yesterday')).toMatchObject({
      exit: 2,
      told: [expect.stringContaining('It must be a time before now such as 12h or 7d, a date')],
    });
    expect((await piped('receipts', '-o', 'yaml')).exit).toBe(2);
  });
});

describe('where history begins', () => {
  const lines = async (): Promise<string> => (await piped('receipts')).out.join(' ');

  it('is said as long as a part of what was asked for is older', async () => {
    await incident();
    expect(await lines()).toContain('history       is whole from the next sweep on. Earlier ends are listed as far as');
    await system().tick();
    expect(await lines()).toMatch(/history +is whole from 2026-11-20T10:21:\S+Z\. /);
    system().advance(10 * MINUTE);
    await system().tick();
    expect((await piped('receipts', '--since', '5m')).out.join(' ')).not.toContain('history');
    expect(await json('receipts')).toMatchObject({ wholeSince: expect.stringMatching(/^2026-11-20T10:21:/) });
    // So long without a sweep, an older release may be at work.
    system().advance(13 * MINUTE);
    expect(await json('receipts')).toMatchObject({ wholeSince: null });
  });

  it('comes after what an older release ended: the cases of the keys still name it', async () => {
    await incident();
    const { ledger } = system().steps.wired.ports;
    const key = { pk: 'request#INC-2041-desk-7', sk: 'request' };
    const item = await ledger.read(key);
    await ledger.enlist(key, item?.rev ?? 0, undefined);
    for await (const page of ledger.listed('ended-request#0', 0 as never, Date.now() as never))
      expect(page.map(({ pk }) => pk)).not.toContain(key.pk);
    expect(await named('--key', KEYS.sub)).toEqual(['INC-2041-desk-7']);
    expect((await json('receipts', '--key', KEYS.sub)).receipts).toMatchObject([{ state: 'dead' }]);
  });
});

describe('receipts show', () => {
  it('shows the receipt, and draws what happened', async () => {
    await incident();
    const { exit, out } = await piped('receipts', 'show', 'INC-2041-desk-7');
    expect(exit).toBe(0);
    expect(out[0]).toBe('revoked  bybit/delete-sub-key  SUBK…0001');
    const drawing = out.slice(
      out.findIndex((line) => line.startsWith('asked')),
      -7,
    );
    expect(drawing.map((line) => line.slice(0, 11).trim())).toEqual([
      ...['asked', 'alive', 'call', 'not known', 'word', '', 'seconds'],
    ]);
    expect(drawing[3]?.match(/○/g)).toHaveLength(12);
    expect(drawing[4]).toMatch(/▲ gone 0\.1 +▲ revoked 2\.1 +▲ confirmed 602$/);
    const receipt = system()
      .receipts()
      .find(({ receiptId }) => receiptId === 'INC-2041-desk-7#1');
    expect(out.slice(-6)).toEqual([
      '  state       dead',
      '  ended       2026-11-20T10:00:02.112Z',
      expect.stringMatching(/^ {2}found {7}confirmed at 2026-11-20T10:1\S+, after 10 readings that held$/),
      '  dead after  10 m',
      '  receipt     INC-2041-desk-7#1',
      `  SHA-256     ${digest(canonical(receipt))}`,
    ]);
  });

  it('finds a receipt by its own id, and ends as its request has', async () => {
    await incident();
    expect((await piped('receipts', 'show', 'K-2#1')).exit).toBe(3);
    expect(await json('receipts', 'show', 'K-1#1')).toMatchObject({
      receipt: { receiptId: 'K-1#1', outcome: 'revoked' },
      ...{ state: 'gone', finding: null, timeToDeadMs: null },
      timeline: expect.arrayContaining([{ at: expect.any(String), row: 'word', label: 'gone' }]),
    });
  });

  it.each(['K-1#2', 'K-9', 'P-1'])('says that there is none: %s', async (name) => {
    await incident();
    await system().send({ ...KALSHI, target: 'self', requestId: 'P-1', dryRun: true });
    await system().settle();
    expect(await piped('receipts', 'show', name)).toMatchObject({
      exit: 4,
      told: [expect.stringContaining(`Cannot find the receipt "${name}": `)],
    });
  });

  it.each([60, 80, 160])('fits a terminal of %i columns', async (width) => {
    await incident();
    const { out } = await commandLine(system, { width })('receipts', 'show', 'INC-2041-desk-7');
    const from = out.findIndex((line) => line.startsWith('asked'));
    expect(Math.max(...out.slice(from, from + 8).map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(out.slice(from).join('\n')).toMatch(/gone 0\.1.*revoked 2\.1.*confirmed 602/s);
  });
});
