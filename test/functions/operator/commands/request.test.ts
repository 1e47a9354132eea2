import { describe, expect, it } from 'vitest';
import { deadKeys, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { cardAs } from '../card-as.ts';
import { ADMINISTRATOR, commandLine } from '../command-line.ts';

const SUB = ['bybit/delete-sub-key', '--secret', SECRETS.master, '--target', KEYS.sub, '--sub-member-id', '100400345'];
const KALSHI = ['kalshi/delete-key', '--secret', SECRETS.kalshiManager];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('request', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);

  it('waits for the receipt, and shows it with its evidence', async () => {
    await seedKeys(system());
    const more = ['--reason', 'leaked', '--reference', 'INC-1', '--request-id', 'R-1'];
    const { exit, out, told, shown } = await piped('request', ...SUB, ...more, '--wait', '--yes');
    expect(exit).toBe(0);
    expect(told).toEqual([
      `Delete the key ${KEYS.sub}`,
      '  operation  bybit/delete-sub-key',
      `  signed by  ${SECRETS.master} (AWSCURRENT)`,
      '  reason     leaked (urgent)',
      '  reference  INC-1',
      '  request    R-1',
      '  account    000000000000',
      '  region     us-east-1',
      '  prefix     key-revoker/',
      '  mode       enforce',
    ]);
    expect(out.slice(0, 3)).toEqual([
      'revoked  bybit/delete-sub-key  SUBK…0001',
      expect.stringMatching(
        /^ {2}The key is gone: two probes after our delete, some seconds apart, did not find it\. Confirmation follows by /,
      ),
      '',
    ]);
    expect(out).toContain('  reason       leaked, INC-1');
    expect(out.find((line) => line.startsWith('  times'))).toMatch(/due 2026-.*, called after .*, gone after 0\.\d s$/);
    expect(out.filter((line) => /^\d\d:\d\d:\d\d\.\d{3} +(probe|call) /.test(line))).toHaveLength(4);
    expect(shown[0]).toBe('0.0 s, on the queue: waiting for R-1');
    expect(deadKeys(system())).toEqual([KEYS.sub]);
  });

  it('waits for the finding after the end, where that is wanted', async () => {
    await seedKeys(system());
    const words = ['request', ...SUB, '--request-id', 'R-2', '--yes', '--wait', 'confirmed'];
    const { exit, out, shown } = await piped(...words, '--timeout', '20m');
    expect([exit, out[0]]).toEqual([0, 'confirmed  bybit/delete-sub-key  SUBK…0001']);
    expect(out[1]).toMatch(/^ {2}Confirmed gone: off the list over 10 minutes, while another key/);
    expect(shown.some((line) => /, gone, next reading at \S+Z: waiting for R-2$/.test(line))).toBe(true);
    expect(await piped(...words)).toMatchObject({ exit: 0, out: expect.arrayContaining([out[0]]) });
  });

  it('does not wait longer for a finding than it was told', async () => {
    await seedKeys(system());
    const words = ['request', ...SUB, '--request-id', 'R-2', '--yes', '--wait', 'confirmed', '--timeout', '1m'];
    const { exit, told } = await piped(...words);
    expect([exit, told.at(-1)]).toEqual([
      1,
      'Cannot wait longer for R-2: the key is gone, and its finding follows by itself',
    ]);
  });

  it('reports a finding that does not confirm by its exit status', async () => {
    await seedKeys(system());
    const words = ['request', ...SUB, '--request-id', 'R-2', '--yes', '--wait'];
    await piped(...words);
    system().bybit.revive('mainnet', KEYS.sub);
    const { exit, out } = await piped(...words, 'confirmed');
    expect([exit, out[0]]).toEqual([3, 'resurrected  bybit/delete-sub-key  SUBK…0001']);
  });

  it('wants a yes for a delete, and sends nothing without', async () => {
    await seedKeys(system());
    const target = ['--target', KEYS.kalshiKey];
    const single = await piped('request', ...KALSHI, ...target);
    expect([single.exit, single.told.at(-1)]).toEqual([2, 'Cannot ask for confirmation without a terminal: use --yes']);
    const unsure = await commandLine(system, { answers: ['y'] })('request', ...KALSHI, ...target);
    expect([unsure.exit, unsure.asked]).toEqual([5, ['Type yes to continue: ']]);
    expect(unsure.told.at(-1)).toBe('Cannot continue without yes: nothing was sent');
    expect(await system().waiting()).toEqual([]);
    const sure = await commandLine(system, { answers: ['yes'] })('request', ...KALSHI, ...target);
    expect(sure.exit).toBe(0);
    const [, requestId = ''] = /^Sent: (.+)$/.exec(sure.out[0] ?? '') ?? [];
    expect(requestId).toMatch(UUID);
    await system().settle();
    expect(system().receipts()).toMatchObject([{ requestId, outcome: 'revoked', request: { reason: 'manual' } }]);
    expect(system().receipts()[0]?.request.sender).toBe(`${system().operator.accessKeyId}:local`);
  });

  it('restricts a key without a question, as its settings say', async () => {
    await seedKeys(system());
    const settings = ['--settings', 'readOnly=1 permissions.Wallet=AccountTransfer'];
    const ran = await piped('request', 'bybit/update-sub-key', ...SUB.slice(1), ...settings, '--wait', '--json');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.out.join('\n'))).toMatchObject({ outcome: 'restricted', change: { after: { readOnly: 1 } } });
  });

  it('kills the key in a secret, at the version that it names', async () => {
    await seedKeys(system());
    const target = ['--target', `secret:${SECRETS.rotatedSub}`, '--target-version', 'AWSPREVIOUS'];
    const ran = await piped(
      'request',
      'bybit/delete-sub-key',
      '--secret',
      SECRETS.master,
      ...target,
      '--wait',
      '--yes',
    );
    expect(ran.exit).toBe(0);
    expect(deadKeys(system())).toEqual([KEYS.oldSub]);
  });

  it('ends as a stuck request does', async () => {
    await seedKeys(system(), { without: ['requestyManager'] });
    const words = ['requesty/delete-key', '--secret', SECRETS.requestyManager, '--target', KEYS.requestyKey];
    const ran = await piped('request', ...words, '--wait', '--yes');
    expect([ran.exit, ran.out[0]]).toEqual([3, 'stuck/credential-missing  requesty/delete-key']);
  });

  it('sends a request again, but not one that has ended, nor another under its id', async () => {
    await seedKeys(system());
    const words = ['request', ...KALSHI, '--target', KEYS.kalshiKey, '--request-id', 'R-2', '--yes'];
    await piped(...words);
    await piped(...words, '--wait');
    await system().settle();
    const again = await piped(...words);
    expect([again.exit, again.told, again.out[0]?.slice(0, 7)]).toEqual([
      0,
      ['This request was sent before and has ended'],
      'revoked',
    ]);
    expect(await system().waiting()).toEqual([]);
    const other = await piped(...words, '--reason', 'leaked');
    expect([other.exit, other.told]).toEqual([
      2,
      ['Cannot use the request id R-2 again: it names a different request'],
    ]);
  });

  it('finds its own end where another request has taken its id meanwhile', async () => {
    await seedKeys(system());
    const taken = { provider: 'kalshi', operation: 'delete-key', secretId: SECRETS.kalshiManager, requestId: 'R-2' };
    await system().send({ ...taken, target: { apiKeyId: KEYS.kalshiKey }, reason: 'manual', reference: 'INC-7' });
    const words = ['request', ...KALSHI, '--target', KEYS.kalshiKey, '--request-id', 'R-2', '--yes', '--wait'];
    const { exit, out } = await piped(...words, '--json');
    const receipt = JSON.parse(out.join('\n'));
    expect([exit, receipt.code, receipt.request]).toMatchObject([0, null, { id: 'R-2', reference: null }]);
    expect(receipt.requestId).not.toBe('R-2');
    expect(
      system()
        .receipts()
        .map(({ requestId }) => requestId),
    ).toContain('R-2');
  });

  it('does not wait longer than it was told, or than the user wants', async () => {
    const words = ['request', ...KALSHI, '--target', KEYS.kalshiKey, '--yes', '--wait'];
    const meanwhile = async (): Promise<void> => undefined;
    const late = await commandLine(system, { meanwhile })(...words, '--timeout', '1m', '--request-id', 'R-3');
    expect([late.exit, late.told.at(-1)]).toEqual([
      1,
      'Cannot wait longer for R-3: the request continues by itself (on the queue)',
    ]);
    const broken = await commandLine(system, { meanwhile, breakOffAfter: 3 })(...words);
    expect([broken.exit, broken.told.at(-1)]).toEqual([5, 'Interrupted: what was sent continues']);
  });

  it('refuses what the function would refuse, and says what it wants', async () => {
    const self = ['--target', 'self'];
    const ELSEWHERE = 'arn:aws:secretsmanager:us-east-1:999999999999:secret:key-revoker/desk';
    const refusals: readonly (readonly [words: readonly string[], sentence: string])[] = [
      [['kalshi/delete', '--secret', SECRETS.kalshiKey, ...self], 'Cannot read operation: it must be delete-key'],
      [
        ['binance/delete-key', '--secret', SECRETS.kalshiKey, ...self],
        'Cannot read provider: it must be one of bybit, ',
      ],
      [
        ['kalshi/delete-key', '--secret', SECRETS.kalshiKey, '--target', 'K'],
        'Cannot read target.apiKeyId: it must be hex',
      ],
      [['kalshi/delete-key', '--secret', 'x/y', ...self], 'Cannot open that secret: its name must begin with'],
      [
        ['kalshi/delete-key', '--secret', ELSEWHERE, ...self],
        'Cannot open that secret: its ARN has another account. The ARN must begin with',
      ],
      [
        [...KALSHI, '--target', `secret:${ELSEWHERE}`],
        'Cannot open that secret: its ARN has another account. The ARN must begin with',
      ],
      [[...KALSHI, '--target', KEYS.kalshiKey, '--sub-member-id', '1'], 'Cannot use the field "subMemberId" in target'],
      [['bybit/update-sub-key', ...SUB.slice(1)], 'Cannot update without settings: give at least one of readOnly'],
      [[...KALSHI, ...self, '--not-before', '2099-01-01T00:00:00Z'], 'notBefore is further ahead than a queue keeps'],
      [[...KALSHI, ...self, '--reason', 'leakd'], "Option '--reason <reason>' argument 'leakd' is invalid. Allowed"],
      [KALSHI, "Required option '--target <key>' not specified"],
      [
        [...KALSHI, ...self, '--timeout', 'soon'],
        "Option '--timeout <time>' argument 'soon' is invalid. It must be a time",
      ],
      [
        [...KALSHI, ...self, '--reference', `rqsty-sk-${'x'.repeat(8)}`],
        'Cannot accept a command line with a secret in it',
      ],
    ];
    for (const [words, sentence] of refusals) {
      const { exit, out, told } = await piped('request', ...words, '--yes');
      expect([exit, out, told[0]]).toEqual([2, [], expect.stringContaining(sentence)]);
    }
    expect(await system().waiting()).toEqual([]);
  });

  it('refuses a provider that is not switched on here', async () => {
    await cardAs({ providers: ['bybit'] });
    const ran = await piped('request', ...KALSHI, '--target', 'self', '--yes');
    expect([ran.exit, ran.told]).toEqual([2, ['Cannot act at kalshi: this deployment has only bybit']]);
  });

  it('finds no deployment where there is none', async () => {
    const anybody = commandLine(system, { credentials: ADMINISTRATOR });
    const ran = await anybody('request', ...KALSHI, '--target', 'self', '--prefix', 'other/');
    expect([ran.exit, ran.told]).toEqual([
      4,
      [
        'Cannot find a deployment with the prefix "other/" in this account and region: check --prefix, --region and --profile',
      ],
    ]);
    const environment = { KEY_REVOKER_PREFIX: 'third/' };
    const named = await commandLine(system, { credentials: ADMINISTRATOR, environment })('status', 'x');
    expect(named.told[0]).toContain('"third/"');
  });
});

describe('request, where the mode is observe,', () => {
  const system = systemForEachTest({ environment: { MODE: 'observe' } });

  it('needs no yes, and shows the plan', async () => {
    await cardAs({ mode: 'observe' });
    await seedKeys(system());
    const ran = await commandLine(system)('request', ...SUB, '--wait');
    expect(ran.exit).toBe(0);
    expect(ran.told).toContain('  mode       observe: the request is only planned, and no key is touched');
    expect(ran.out.slice(0, 2)).toEqual([
      'Nothing was changed: this is a plan  bybit/delete-sub-key  SUBK…0001',
      '  • The mode is observe, so no key is touched',
    ]);
    expect(deadKeys(system())).toEqual([]);
  });
});
