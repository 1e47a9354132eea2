import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { CREDENTIALS, deadKeys, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { cardAs } from '../card-as.ts';
import { commandLine } from '../command-line.ts';

const SHORT = 'a952…608c';
const textOf = (credential: object, field: string): string => String((credential as Record<string, unknown>)[field]);
const PEM = textOf(CREDENTIALS.kalshiKey, 'privateKey');

const system = systemForEachTest();
const piped = commandLine(system);

describe('find', () => {
  it.each([
    ['an identifier', KEYS.kalshiKey],
    ['its short form', SHORT],
    ['its short form with dots', SHORT.replace('…', '...')],
    ['its whole name', `kalshi/prod/${KEYS.kalshiKey}`],
    ['the name of its secret', SECRETS.kalshiKey],
  ])('tells by %s whose key it is, and who can delete it', async (_what, wanted) => {
    await seedKeys(system());
    const { exit, out } = await piped('find', wanted);
    const text = out.join('\n');
    expect(exit).toBe(0);
    for (const part of [SECRETS.kalshiKey, KEYS.kalshiKey, 'kalshi/delete-key, signed with itself', '000000000000'])
      expect(text).toContain(part);
  });

  it.each<[string, string, string]>([
    ['the JSON as it is stored', JSON.stringify(CREDENTIALS.kalshiKey), SECRETS.kalshiKey],
    ['a private key of several lines', PEM, SECRETS.kalshiKey],
    ['a private key whose lines are lost', PEM.replaceAll('\n', ' '), SECRETS.kalshiKey],
    ['a private key with its line breaks written out', PEM.replaceAll('\n', '\\n'), SECRETS.kalshiKey],
    ['a secret by itself', `${textOf(CREDENTIALS.sub, 'apiSecret')}\n`, SECRETS.sub],
    ['an identifier by itself', KEYS.sub, SECRETS.sub],
    ['a bearer', textOf(CREDENTIALS.requestyKey, 'apiKey'), SECRETS.requestyKey],
  ])('reads %s from the standard input, and shows nothing of it', async (_what, input, secret) => {
    await seedKeys(system());
    const { exit, out, told, shown } = await commandLine(system, { input })('find', '-', '--json');
    expect([exit, JSON.parse(out.join('')).map((key: { secret: string }) => key.secret)]).toEqual([0, [secret]]);
    const all = [...out, ...told, ...shown].join('\n');
    for (const one of Object.values(CREDENTIALS.kalshiKey).filter((value) => String(value).includes('PRIVATE')))
      expect(all).not.toContain(one);
    if (input !== KEYS.sub) expect(all).not.toContain(input.trim());
  });

  it('shows every secret that holds it', async () => {
    await seedKeys(system());
    await system().store('key-revoker/kalshi/copy', CREDENTIALS.kalshiKey);
    const { out } = await piped('find', KEYS.kalshiKey, '--json');
    expect(JSON.parse(out.join(''))).toMatchObject([
      { secret: SECRETS.kalshiKey, ways: [{ operation: 'delete-key', signedWith: SECRETS.kalshiKey }], case: null },
      { secret: 'key-revoker/kalshi/copy' },
    ]);
  });

  it('names the key that signs, where its tags do', async () => {
    await seedKeys(system());
    await system().tag(SECRETS.requestyKey, { 'key-revoker:signed-by': SECRETS.requestyManager });
    const { out } = await piped('find', SECRETS.requestyKey);
    expect(out.join('\n')).toContain(`requesty/delete-key, signed with ${SECRETS.requestyManager}`);
  });

  it.each([
    ['an identifier', 'SUBKEYexample09999', '', 'SUBKEYexample09999'],
    ['a credential', '-', 'x'.repeat(36), 'that credential'],
  ])('says of %s that nobody holds what to do next', async (_what, wanted, input, named) => {
    await seedKeys(system());
    const { exit, told } = await commandLine(system, { input })('find', wanted);
    const text = told.join(' ');
    expect(exit).toBe(4);
    expect(text).toContain(`Cannot find ${named} in a secret under key-revoker/`);
    for (const part of ['Store its credential there', '--secret', 'https://']) expect(text).toContain(part);
    if (input !== '') expect(text).not.toContain(input);
  });

  it.each([
    ['an identifier', KEYS.kalshiKey, '', `key-revoker status ${KEYS.kalshiKey}`],
    ['a credential', '-', JSON.stringify(CREDENTIALS.kalshiKey), 'Cannot tell whether that credential is in a secret'],
  ])('never says of %s that it is not there while AWS denies a secret', async (_what, wanted, input, named) => {
    await seedKeys(system());
    const containing = `${SECRETS.kalshiKey}-`;
    system().aws.faults.add({
      ...{ service: 'secretsmanager', action: 'GetSecretValue', kind: 'deny', containing },
      times: Number.POSITIVE_INFINITY,
    });
    const { exit, told } = await commandLine(system, { input })('find', wanted);
    const text = told.join(' ');
    expect(exit).toBe(1);
    for (const part of [named, '1 of 10 secrets did not open', 'grantOperate', 'https://'])
      expect(text).toContain(part);
    expect(text).not.toContain('Store its credential');
  });

  it('names a secret that nobody opens, since it is marked for deletion', async () => {
    await seedKeys(system());
    await system().secrets.send(new DeleteSecretCommand({ SecretId: SECRETS.kalshiKey, RecoveryWindowInDays: 7 }));
    const { exit, told } = await piped('kill', SECRETS.kalshiKey, '--yes');
    expect([exit, told.join(' ')]).toEqual([
      1,
      expect.stringContaining(`This secret is marked for deletion, so nothing can open it: ${SECRETS.kalshiKey}`),
    ]);
  });

  it('refuses an empty input, and a secret as an argument', async () => {
    expect(await commandLine(system, { input: ' \n' })('find', '-')).toMatchObject({
      exit: 2,
      told: ['Cannot find a credential on the standard input: give it as stored, or by itself'],
    });
    const { exit, told } = await piped('find', textOf(CREDENTIALS.requestyKey, 'apiKey'));
    expect([exit, told[0]]).toEqual([2, expect.stringContaining('Cannot accept a command line with a secret in it')]);
  });
});

describe('kill', () => {
  const outcomes = () =>
    system()
      .receipts()
      .filter(({ dryRun }) => !dryRun)
      .map(({ outcome, request }) => [outcome, request.reason]);

  it('goes from the string of a leaked key to its death, and ends with a timeline', async () => {
    await seedKeys(system());
    const typed = commandLine(system, { input: PEM, width: 100, answers: ['yes'] });
    const { exit, out, told, asked } = await typed('kill', '-', '--leaked', '--reference', 'INC-2041');
    expect([exit, asked]).toEqual([0, ['Type yes to continue: ']]);
    const confirmed = told.join('\n');
    for (const part of [
      ...['Plan: ', `the key in ${SECRETS.kalshiKey} itself`, KEYS.kalshiKey, 'leaked (urgent)', 'INC-2041'],
      ...['000000000000', 'us-east-1', 'key-revoker/', 'enforce'],
    ])
      expect(confirmed).toContain(part);
    expect(outcomes()).toEqual([['revoked', 'leaked']]);
    expect(deadKeys(system())).toEqual([KEYS.kalshiKey]);
    expect(out.join('\n')).toMatch(/revoked[\s\S]*called/i);
    expect([...out, ...told].join('\n')).not.toContain(PEM.split('\n')[1] ?? '?');
  });

  it.each([
    ['a sub key', KEYS.sub],
    ['a master key', KEYS.rsaMaster],
  ])('finds out which kind a key of Bybit is: %s', async (_what, keyId) => {
    await seedKeys(system());
    const { exit } = await piped('kill', keyId, '--yes', '--wait');
    expect([exit, outcomes(), deadKeys(system())]).toEqual([0, [['revoked', 'manual']], [keyId]]);
  });

  it('lets another key sign, by its tags or by name', async () => {
    await seedKeys(system());
    const words = ['kill', SECRETS.requestyKey, '--signed-by', SECRETS.requestyManager, '--yes', '--wait'];
    const { exit, told } = await piped(...words);
    expect([exit, outcomes(), deadKeys(system())]).toEqual([0, [['revoked', 'manual']], [KEYS.requestyKey]]);
    expect(told.join('\n')).toContain(`signed by  ${SECRETS.requestyManager}`);
  });

  it('sends nothing without a word of the user', async () => {
    await seedKeys(system());
    const { exit, told } = await piped('kill', KEYS.kalshiKey);
    expect([exit, told.at(-1)]).toEqual([2, 'Cannot ask for confirmation without a terminal: use --yes']);
    const no = await commandLine(system, { width: 80, answers: ['no'] })('kill', KEYS.kalshiKey);
    expect(no.exit).toBe(5);
    expect([outcomes(), deadKeys(system())]).toEqual([[], []]);
  });

  it('never takes the first of several', async () => {
    await seedKeys(system());
    await system().store('key-revoker/kalshi/copy', CREDENTIALS.kalshiKey);
    const { exit, told } = await piped('kill', KEYS.kalshiKey, '--yes');
    expect([exit, told.join('\n')]).toEqual([2, expect.stringContaining('2 secrets match')]);
    expect(told.join('\n')).toContain('key-revoker/kalshi/copy');
    const typed = commandLine(system, { width: 80, answers: ['2', 'yes'] });
    expect((await typed('kill', KEYS.kalshiKey)).told.join('\n')).toContain('key-revoker/kalshi/copy');
    const neither = commandLine(system, { width: 80, answers: ['3'] });
    expect((await neither('kill', 'key-revoker/kalshi/copy')).exit).toBe(0);
    expect(deadKeys(system())).toEqual([KEYS.kalshiKey]);
  });

  it('says when nothing is left to kill', async () => {
    await seedKeys(system());
    await piped('kill', KEYS.kalshiKey, '--yes', '--wait');
    const { exit, out } = await piped('kill', KEYS.kalshiKey, '--yes');
    expect([exit, out]).toEqual([
      0,
      [expect.stringMatching(/^The key was proved gone at \S+ by \S+: nothing was sent$/)],
    ]);
  });

  it('only plans while the deployment observes, and does not begin during a pause', async () => {
    await seedKeys(system());
    await cardAs({ mode: 'observe' });
    const observed = await piped('kill', KEYS.kalshiKey, '--yes');
    expect(observed.told.join('\n')).toContain('observe: the request is only planned');
    await piped('pause', '--reason', 'x');
    expect((await piped('kill', KEYS.kalshiKey, '--yes')).told[0]).toContain(
      'Cannot kill a key while requests are paused',
    );
  });

  it('kills no key whose tags order an update', async () => {
    await seedKeys(system());
    await system().tag(SECRETS.sub, {
      'key-revoker:expires-at': '2099-01-01T00:00:00Z',
      'key-revoker:provider': 'bybit',
      'key-revoker:operation': 'update-sub-key',
      'key-revoker:settings': 'readOnly:1',
    });
    const { exit, told } = await piped('kill', KEYS.sub, '--yes');
    expect([exit, told[0]]).toEqual([2, expect.stringContaining(`Cannot kill the key in ${SECRETS.sub}: `)]);
  });
});
