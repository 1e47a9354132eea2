import { describe, expect, it } from 'vitest';
import { marksOf } from '../../../../functions/core/request/marks.ts';
import type { Service } from '../../../../infra/local/aws/protocol/call.ts';
import { CREDENTIALS, deadKeys, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { type System, systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine } from '../command-line.ts';

const REQUESTY = { provider: 'requesty', operation: 'delete-key', secretId: SECRETS.requestyManager };
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

/** Two requests whose secret is missing, one for a key of nobody, and a message that is not a valid request. */
const fourStuck = async (system: System): Promise<void> => {
  await seedKeys(system, { without: ['requestyManager'] });
  const bodies = [
    { ...REQUESTY, target: { apiKeyId: KEYS.requestyKey }, requestId: 'R-1' },
    { ...REQUESTY, target: { apiKeyId: KEYS.requestySecondManager }, requestId: 'R-2', reason: 'leaked' },
    {
      provider: 'kalshi',
      operation: 'delete-key',
      secretId: SECRETS.kalshiManager,
      target: { apiKeyId: UNKNOWN },
      requestId: 'K-1',
    },
    '{"no":"request"}',
  ];
  for (const body of bodies) {
    await system.send(body);
    await system.settle();
    system.advance(60_000);
  }
};

/** As SQS itself puts it there, once its receive count is used up. */
const putStuck = async (
  system: System,
  body: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const { arn = '' } = Object.entries(system.deployment.queues).find(([id]) => id.includes('Stuck'))?.[1] ?? {};
  await system.aws.queues.deliver(arn, body, attributes);
};

describe('stuck', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);
  const ids = async () => (await system().stuck()).map(({ attributes }) => attributes['requestId']);

  it('lists what is stuck, oldest first, and takes nothing away', async () => {
    await fourStuck(system());
    const { exit, out, told } = await piped('stuck', 'list');
    expect([exit, told]).toEqual([0, []]);
    expect(out.slice(2, 5)).toEqual([
      expect.stringMatching(/^1 {2}R-1 +requesty\/delete-key {2}3f8f0a52-\S+ +stuck\/credential-missing +1 +\d+ m$/),
      expect.stringMatching(/^2 {2}R-2 +requesty\/delete-key {2}e1a9c7b4-\S+ +stuck\/credential-missing +1 +\d+ \w$/),
      expect.stringMatching(/^3 {2}K-1 +kalshi\/delete-key +0{8}-\S+ +stuck\/not-recognised +1 +\d+ \w$/),
    ]);
    expect(out[5]).toMatch(/^4 {2}\S+ +no request +– +refused\/malformed +1 +60 s$/);
    expect(await ids()).toHaveLength(4);
  });

  it('says of a message that is not a valid request who sent it, and what was wrong', async () => {
    await fourStuck(system());
    const { out } = await piped('stuck', 'list');
    expect(out.slice(6)).toEqual(['', expect.stringMatching(/^4 {2}sent by 000000000000: .* Cannot read provider: /)]);
    const { out: one } = await piped('stuck', 'list', '--code', 'malformed');
    expect(one.slice(2)).toEqual([expect.stringMatching(/^4 .* no request /), ...out.slice(6)]);
    expect((await piped('stuck', 'list', '--code', 'limit')).out).toEqual(['Nothing is stuck that ended with limit']);
    const listed = JSON.parse((await piped('stuck', 'list', '--code', 'refused/malformed', '--json')).out.join('\n'));
    expect(listed).toEqual([expect.objectContaining({ outcome: 'refused/malformed', sender: expect.any(String) })]);
  });

  it('forgets all that are no request, and no other', async () => {
    await fourStuck(system());
    await system().send('{"still":"none"}');
    await system().settle();
    const words = ['--by', 'alex', '--reason', 'no requests'];
    const { exit, out } = await piped('stuck', 'forget', '--code', 'malformed', ...words, '--yes');
    expect([exit, out.length]).toEqual([0, 2]);
    expect(out[0]).toMatch(/^Forgotten: \S+\. The request never reached a key$/);
    const alive = await piped('stuck', 'forget', '--code', 'not-recognised', ...words, '--yes');
    expect([alive.exit, alive.told]).toEqual([
      2,
      [expect.stringMatching(/a key may be alive behind 1 of them\. Give one at a time$/)],
    ]);
    expect((await piped('stuck', 'forget', '--code', 'malformed', ...words, '--yes')).exit).toBe(4);
    expect((await piped('stuck', 'forget', 'R-1', '--code', 'malformed', ...words, '--yes')).exit).toBe(2);
    expect((await piped('stuck', 'forget', ...words, '--yes')).exit).toBe(2);
    expect(await ids()).toEqual(['R-1', 'R-2', 'K-1']);
  });

  it.each([80, 160])('fits a terminal of %i columns', async (width) => {
    await fourStuck(system());
    const { out } = await commandLine(system, { width })('stuck', 'list');
    expect(Math.max(...out.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(out.join('\n')).toContain('stuck/credential-missing');
  });

  it('says so where nothing is', async () => {
    expect((await piped('stuck', 'list')).out).toEqual(['Nothing is stuck']);
    expect((await piped('stuck', 'list', '--json')).out).toEqual(['[]']);
  });

  it('shows one whole, by number or id, with what to do next', async () => {
    await fourStuck(system());
    const { exit, out } = await piped('stuck', 'show', '3');
    expect(exit).toBe(0);
    expect(out[0]).toBe('stuck/not-recognised  kalshi/delete-key');
    expect(out[1]).toMatch(/^ {2}The provider does not know the key, .* look in the provider’s web console$/);
    expect(out).toContain(`  target.apiKeyId  ${UNKNOWN}`);
    expect(out).toContain('  key-revoker stuck redrive K-1 --wait');
    expect(out.join('\n')).not.toMatch(/[{}]/);
    const machine = await piped('stuck', 'show', 'R-2', '--json');
    expect(JSON.parse(machine.out.join('\n'))).toMatchObject({
      requestId: 'R-2',
      outcome: 'stuck/credential-missing',
      request: { reason: 'leaked' },
    });
    const stub = await piped('stuck', 'show', '4');
    expect(stub.out[0]).toBe('refused/malformed  no request');
    expect(stub.out).toContain('  fields     no');
    expect(stub.out.join('\n')).not.toContain('redrive');
    const none = await piped('stuck', 'show', '5');
    expect([none.exit, none.told]).toEqual([
      4,
      ['Cannot find "5" on the stuck queue: give a number or an id from key-revoker stuck list'],
    ]);
  });

  it('shows how another key deletes one that may not do it itself', async () => {
    await seedKeys(system());
    system().bybit.patch('mainnet', KEYS.sub, { permissions: { Spot: ['SpotTrade'] } });
    const request = { provider: 'bybit', operation: 'delete-sub-key', secretId: SECRETS.sub, target: 'self' };
    await system().send({ ...request, reason: 'leaked', requestId: 'B-1' });
    await system().settle();
    const { out } = await piped('stuck', 'show', 'B-1');
    const [, typed = ''] = /^ {2}key-revoker (request .*)$/m.exec(out.join('\n')) ?? [];
    const { exit } = await piped(...typed.replace('…', SECRETS.master).split(' '), '--yes');
    expect([exit, deadKeys(system())]).toEqual([0, [KEYS.sub]]);
    expect((await piped('stuck', 'forget', 'B-1', '--by', 'alex', '--reason', 'by its master', '--yes')).out).toEqual([
      'Forgotten: B-1. The key has been proved gone in the meantime',
    ]);
  });

  it('sends one again as its next attempt, and waits for its end', async () => {
    await fourStuck(system());
    await system().store(SECRETS.requestyManager, CREDENTIALS.requestyManager);
    const { exit, told, out } = await piped('stuck', 'redrive', 'R-1', '--yes', '--wait');
    expect(out[2]).toMatch(/^R-1 +revoked +3f8f…2a01$/);
    expect([exit, told]).toEqual([
      0,
      ['To be sent again: R-1  requesty/delete-key  stuck/credential-missing', '✔ R-1: revoked'],
    ]);
    expect(deadKeys(system())).toEqual([KEYS.requestyKey]);
    expect(system().receipts().at(-1)).toMatchObject({ receiptId: 'R-1#2', attempt: 2 });
    expect(await ids()).toEqual(['R-2', 'K-1', expect.any(String)]);
  });

  it('sends all again, past those that cannot be', async () => {
    await fourStuck(system());
    await system().store(SECRETS.requestyManager, CREDENTIALS.requestyManager);
    const { exit, told, out } = await piped('stuck', 'redrive', '--all', '--yes', '--wait', '--json');
    expect(exit).toBe(1);
    const ends = told.filter((line) => /^[✔✖]/.test(line)).toSorted();
    expect(ends).toEqual([
      '✔ K-1: stuck/not-recognised',
      '✔ R-1: revoked',
      '✔ R-2: revoked',
      expect.stringMatching(/^✖ (\S+): Cannot redrive \1: the message was not a valid request$/),
    ]);
    expect(JSON.parse(out.join('\n'))).toMatchObject([
      { receiptId: 'R-1#2' },
      { receiptId: 'R-2#2' },
      { receiptId: 'K-1#2' },
    ]);
  });

  it('redrives nothing without a yes, or what nobody has named', async () => {
    await fourStuck(system());
    const unsure = await commandLine(system, { answers: [''] })('stuck', 'redrive', '1', 'K-1');
    expect([unsure.exit, unsure.told.slice(0, 2)]).toEqual([
      5,
      [
        'To be sent again: R-1  requesty/delete-key  stuck/credential-missing',
        'To be sent again: K-1  kalshi/delete-key  stuck/not-recognised',
      ],
    ]);
    for (const [words, exit] of [
      [[], 2],
      [['1', '--all'], 2],
      [['nobody', '--yes'], 4],
      [['1'], 2],
    ] as const)
      expect((await piped('stuck', 'redrive', ...words)).exit).toBe(exit);
    expect(await system().waiting()).toEqual([]);
    // Given back at once: nobody waits for what was only looked at.
    expect(await ids()).toHaveLength(4);
  });

  it('says so where there is nothing to send again', async () => {
    expect(await piped('stuck', 'redrive', '--all', '--yes')).toMatchObject({ exit: 0, out: ['Nothing is stuck'] });
  });

  it('ends as broken off where the user does not wait for the receipts', async () => {
    await fourStuck(system());
    const broken = await commandLine(system, { breakOffAfter: 0 })('stuck', 'redrive', 'R-1', '--yes', '--wait');
    expect([broken.exit, broken.told.at(-1)]).toEqual([5, '✖ R-1: Interrupted: what was sent continues']);
    expect(await ids()).toHaveLength(3);
  });

  it('does not wait longer than it was told', async () => {
    await fourStuck(system());
    const meanwhile = async (): Promise<void> => undefined;
    const words = ['stuck', 'redrive', 'R-1', '--yes', '--wait', '--timeout', '1m'];
    const late = await commandLine(system, { meanwhile })(...words);
    expect([late.exit, late.told.at(-1)]).toEqual([
      1,
      '✖ R-1: Cannot wait longer for R-1: the request continues by itself (received)',
    ]);
  });

  it('shows nothing secret of a message that crashed the function', async () => {
    const secret = 'x'.repeat(40);
    for (const body of [`{"no":"request","apiSecret":"${secret}"}`, secret]) await putStuck(system(), body);
    for (const number of ['1', '2'])
      for (const form of [[], ['--json']]) {
        const { exit, out } = await piped('stuck', 'show', number, ...form);
        expect([exit, out.join('\n').includes(secret)]).toEqual([0, false]);
      }
  });

  it('goes past the attempt that the ledger has come to', async () => {
    await fourStuck(system());
    const copies = await system().stuck();
    const copy = copies.find(({ attributes }) => attributes['requestId'] === 'K-1');
    if (copy === undefined) throw new Error('Cannot find the copy');
    await system().redrive(copy);
    await system().settle();
    await piped('stuck', 'redrive', 'K-1', '--yes');
    await system().settle();
    expect(system().receipts().at(-1)).toMatchObject({ receiptId: 'K-1#3' });
  });

  it('forgets one, with a name and a reason: its case is closed, until a request opens it again', async () => {
    await fourStuck(system());
    const words = ['--by', 'alex', '--reason', 'deleted in the web console', '--yes'];
    const { exit, out } = await piped('stuck', 'forget', 'K-1', ...words);
    expect([exit, out]).toEqual([
      0,
      [
        'Forgotten: K-1. The key may be alive, and this system no longer checks it. A later request opens its case again',
      ],
    ]);
    expect(await ids()).not.toContain('K-1');
    const status = await piped('status', UNKNOWN);
    expect(status.out[1]).toMatch(
      /state {2}forgotten at 2026-\S+ by alex \(deleted in the web console\); the key may be alive$/,
    );
    system().advance(11 * 86_400_000);
    expect(await system().lookAfter()).toMatchObject({ looks: 0, copies: 0 });
    await piped(
      'request',
      'kalshi/delete-key',
      '--secret',
      SECRETS.kalshiManager,
      '--target',
      UNKNOWN,
      '--yes',
      '--wait',
    );
    expect((await piped('status', UNKNOWN)).out[1]).toMatch(/open: \S+#1 ended without a proof/);
  });

  it('forgets what never came as far as a key, and what has no copy any more', async () => {
    await fourStuck(system());
    await system().stuck();
    const gone = await piped('stuck', 'forget', 'R-1', '--by', 'alex', '--reason', 'test', '--yes', '--json');
    expect([gone.exit, JSON.parse(gone.out.join('\n'))]).toEqual([
      0,
      { requestId: 'R-1', forgotten: { by: 'alex', reason: 'test' }, case: 'no case' },
    ]);
    expect((await piped('stuck', 'forget', 'nobody', '--by', 'a', '--reason', 'b', '--yes')).exit).toBe(4);
    expect((await piped('stuck', 'forget', 'R-1', '--by', 'a')).exit).toBe(2);
  });

  it('forgets one that crashed the function until its message was moved, and none of it comes again', async () => {
    await seedKeys(system());
    const { kalshiManager: secretId } = SECRETS;
    const body = {
      provider: 'kalshi',
      operation: 'delete-key',
      secretId,
      target: { apiKeyId: UNKNOWN },
      requestId: 'K-1',
    };
    system().kalshi.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    await system().send(body);
    await system().deliver();
    await putStuck(system(), JSON.stringify(body));
    const { exit, out } = await piped('stuck', 'forget', 'K-1', '--by', 'a', '--reason', 'b', '--yes');
    expect([exit, out]).toEqual([0, [expect.stringMatching(/^Forgotten: K-1/)]]);
    expect(await system().stuck()).toEqual([]);
    system().advance(11 * 86_400_000);
    expect(await system().lookAfter()).toMatchObject({ resent: 0, looks: 0, copies: 0 });
  });

  it('forgets nothing that is under way again', async () => {
    await fourStuck(system());
    system().kalshi.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    await piped('stuck', 'redrive', 'K-1', '--yes');
    await system().deliver();
    const { exit, told } = await piped('stuck', 'forget', 'K-1', '--by', 'a', '--reason', 'b', '--yes');
    expect([exit, told.at(-1)]).toEqual([4, expect.stringContaining('Cannot find "K-1"')]);
  });

  describe('a message that the ledger does not know', () => {
    const PLANTED = {
      ...REQUESTY,
      target: { apiKeyId: KEYS.requestyKey },
      requestId: 'K-1',
      requestedBy: 'secops',
      reference: 'INC-7\u001b[2K\r\u202e',
    };
    /** A request that is stuck, and a message that claims to be its latest copy and asks for the death of another key. */
    const planted = async () => {
      await seedKeys(system());
      await system().send({
        ...{ provider: 'kalshi', operation: 'delete-key', secretId: SECRETS.kalshiManager },
        ...{ target: { apiKeyId: UNKNOWN }, requestId: 'K-1' },
      });
      await system().settle();
      system().advance(60_000);
      const claims = { outcome: 'stuck', code: 'limit', message: 'Redrive it at once' };
      const marks = marksOf({ requestId: 'K-1', attempt: 999_999_999_999_999 });
      await putStuck(system(), JSON.stringify(PLANTED), { ...marks, ...claims });
      const all = JSON.parse((await piped('stuck', 'list', '--json')).out.join('\n')) as Record<string, unknown>[];
      const unknown = all.find(({ known }) => known === false);
      return { all, id: String(unknown?.['requestId']) };
    };

    it('is listed as such under its own id, and takes no other copy’s place', async () => {
      const { all, id } = await planted();
      expect(all).toMatchObject([
        { requestId: 'K-1', attempt: 1, outcome: 'stuck/not-recognised', known: true },
        { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), known: false, sender: expect.any(String) },
      ]);
      expect((await piped('stuck', 'list')).out.at(-1)).toMatch(/ requesty\/delete-key .* stuck\/limit \(unknown\) /);
      const { out } = await piped('stuck', 'show', id);
      const text = out.join('\n');
      expect(text).toContain('  The ledger does not know this message: ');
      expect(text).not.toContain('Redrive it at once');
      expect(out).toContain(`  key-revoker stuck redrive ${id} --unknown --wait`);
      for (const part of [/ sent by +\S/, / requestId +K-1$/m, / requestedBy +secops$/m, / dryRun +false$/m])
        expect(text).toMatch(part);
    });

    it('is sent again only where the user says so, and stays otherwise', async () => {
      const { id } = await planted();
      const named = await piped('stuck', 'redrive', id, '--yes');
      expect([named.exit, named.told]).toEqual([
        2,
        [
          'Cannot redrive one message: the ledger does not know it. Look with key-revoker stuck show, then add --unknown',
        ],
      ]);
      expect(await system().waiting()).toEqual([]);
      const all = await piped('stuck', 'redrive', '--all', '--yes', '--wait');
      expect(all.told[0]).toMatch(/^Left on the stuck queue: one message, since the ledger does not know it\./);
      expect(deadKeys(system())).toEqual([]);
      expect((await system().stuck()).map(({ body }) => JSON.parse(body).requestedBy)).toContain('secops');
    });

    it('becomes a new request of the user’s, once the user has seen the whole order and its sender', async () => {
      const { id } = await planted();
      const { exit, told } = await piped('stuck', 'redrive', id, '--unknown', '--by', 'alex', '--yes', '--wait');
      expect(exit).toBe(0);
      expect(told.slice(0, 2)).toEqual([
        `To be sent again: ${id}  requesty/delete-key  stuck/limit (unknown)`,
        'The ledger does not know this message. What it asks for becomes a new request of yours:',
      ]);
      for (const part of [
        /^ +sent by +\S/,
        /^ +requestedBy +secops$/,
        /^ +reference +INC-7\\u\{1b\}\[2K\\u\{d\}\\u\{202e\}$/,
        / target\.apiKeyId +3f8f0a52/,
      ])
        expect(told).toContainEqual(expect.stringMatching(part));
      const receipt = system().receipts().at(-1);
      expect(receipt).toMatchObject({ outcome: 'revoked', attempt: 1, request: { requestedBy: 'alex' } });
      expect(['K-1', id]).not.toContain(receipt?.requestId);
      expect(deadKeys(system())).toEqual([KEYS.requestyKey]);
      expect((await system().stuck()).map(({ body }) => JSON.parse(body).requestId)).toEqual(['K-1']);
    });

    it('closes no case of the request that it names when it is forgotten', async () => {
      const { id } = await planted();
      const { out } = await piped('stuck', 'forget', id, '--by', 'a', '--reason', 'b', '--yes');
      expect(out).toEqual([`Forgotten: ${id}. The request never reached a key`]);
      expect((await piped('status', UNKNOWN)).out[1]).toMatch(/open: K-1#1 ended without a proof/);
      expect((await system().stuck()).map(({ body }) => JSON.parse(body).requestId)).toEqual(['K-1']);
    });

    it('that only looks at a key never becomes an order', async () => {
      await seedKeys(system());
      await putStuck(system(), JSON.stringify({ ...PLANTED, look: true }));
      const { exit, told } = await piped('stuck', 'redrive', '1', '--unknown', '--yes');
      expect([exit, told.at(-1)]).toEqual([1, expect.stringMatching(/it only looks at a key, and the sweep sends it/)]);
      expect(await system().waiting()).toEqual([]);
    });
  });

  it.each<[what: string, words: readonly string[], exit: number, fault?: readonly [service: Service, action: string]]>([
    ['is no request', ['redrive', '4', '--yes'], 1],
    ['could not be sent', ['redrive', 'R-1', '--yes'], 1, ['sqs', 'SendMessage']],
    ['could not be deleted', ['redrive', 'R-1', '--yes'], 1, ['sqs', 'DeleteMessage']],
    ['was not confirmed', ['forget', 'R-1', '--by', 'a', '--reason', 'b'], 2],
    ['could not be closed', ['forget', 'K-1', '--by', 'a', '--reason', 'b', '--yes'], 1, ['dynamodb', 'UpdateItem']],
    ['was to be shown when the count failed', ['show', '1'], 1, ['sqs', 'GetQueueAttributes']],
  ])('lets others see at once what %s', async (_what, words, exit, fault) => {
    await fourStuck(system());
    if (fault) system().aws.faults.add({ service: fault[0], action: fault[1], kind: 'unavailable', times: 3 });
    expect((await piped('stuck', ...words)).exit).toBe(exit);
    expect(system().aws.faults.pending()).toEqual([]);
    expect(await ids()).toHaveLength(4);
  });
});
