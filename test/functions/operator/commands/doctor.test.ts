import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../../functions/core/timing.ts';
import { deadKeys, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { type System, systemForEachTest } from '../../../whole/system/system.ts';
import { cardAs } from '../card-as.ts';
import { commandLine } from '../command-line.ts';
import { switchMapping } from '../switch-mapping.ts';

/** Nine keys that are well: the one that cannot delete itself says who can. */
const seeded = async (system: System): Promise<void> => {
  await seedKeys(system, { without: ['forgotten'] });
  await system.tag(SECRETS.requestyKey, { 'key-revoker:signed-by': SECRETS.requestyManager });
};

describe('doctor', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);
  const found = async (...words: readonly string[]) => {
    const { exit, out } = await piped('doctor', '--json', ...words);
    const { deployment, secrets } = JSON.parse(out.join('\n')) as {
      deployment: readonly { what: string; verdict: string; says: readonly string[] }[];
      secrets: readonly { secret: string; verdict: string; says: readonly string[] }[];
    };
    return {
      exit,
      of: (name: string) => secrets.find(({ secret }) => secret === name),
      controls: deployment.find(({ what }) => what === 'the control keys'),
      replicas: deployment.find(({ what }) => what === 'the replicas'),
      marked: deployment.find(({ what }) => what === 'the secrets marked for deletion'),
      receipts: deployment.find(({ what }) => what === 'the results topic and the bus'),
      room: deployment.find(({ what }) => what === 'the room for urgent requests'),
    };
  };

  /** What is said of the deployment, where no key is looked at. */
  const deployment = async () => {
    const { exit, out } = await piped('doctor', '--json', '--name-prefix', 'none');
    const said = JSON.parse(out.join('\n')) as { deployment: readonly { what: string }[] };
    return { exit, of: (entry: string) => said.deployment.find(({ what }) => what === entry) };
  };

  it('finds every key alive, touches none, and leaves the record that an incident needs', async () => {
    await seeded(system());
    const { exit, out } = await piped('doctor');
    expect(exit).toBe(0);
    expect(out).toContain(`✔ ${SECRETS.sub}`);
    expect(out[out.indexOf(`✔ ${SECRETS.master}`) + 1]).toBe(
      '    Alive, and delete-master-key would be sent, signed by itself',
    );
    expect(out.at(-1)).toBe('12 OK, 7 warnings, 0 failures');
    expect(out[out.indexOf(`! ${SECRETS.requestyManager}`) + 2]).toMatch(/^ {4}This key manages other keys\./);
    expect(deadKeys(system())).toEqual([]);
    expect(
      system()
        .receipts()
        .every(({ outcome, dryRun }) => outcome === 'planned' && dryRun),
    ).toBe(true);
    expect((await piped('status', KEYS.kalshiKey)).out[1]).toContain('seen alive');
    expect(await system().stuck()).toEqual([]);
  });

  it.each([
    ['enough', 13, 'well', []],
    ['too few', 12, 'note', [expect.stringContaining('has 12 concurrent executions that are not reserved')]],
  ])('says whether the account has %s executions for urgent requests', async (_how, unreserved, verdict, says) => {
    system().aws.mappings.unreserved = unreserved;
    const { exit, room } = await found('--name-prefix', 'key-revoker/none');
    expect([exit, room]).toMatchObject([0, { verdict, says }]);
  });

  it('finds what is wrong: with a secret, with tags, with a key, with its rights', async () => {
    await seedKeys(system());
    system().bybit.patch('mainnet', KEYS.sub, { permissions: { Spot: ['SpotTrade'] } });
    await system().tag(SECRETS.master, { 'key-revoker:expires-at': 'tomorrow' });
    await system().tag(SECRETS.kalshiKey, {
      'key-revoker:expires-at': '2027-01-01T00:00:00Z',
      'key-revoker:provider': 'kalshi',
      'key-revoker:operation': 'delete-key',
      'key-revoker:signed-by': 'key-revoker/kalshi/nothing',
    });
    await system().store('key-revoker/odd', '17');
    await system().store('key-revoker/replica', '17');
    const { secrets } = system().aws;
    secrets.put({ ...secrets.find('key-revoker/replica'), primaryRegion: 'eu-west-1' });
    const { exit, of, replicas } = await found();
    expect(of('key-revoker/replica')).toBeUndefined();
    expect(replicas).toMatchObject({ verdict: 'note', says: [expect.stringContaining(': key-revoker/replica')] });
    expect(exit).toBe(1);
    expect(of(SECRETS.sub)).toMatchObject({
      verdict: 'wrong',
      says: [
        expect.stringMatching(/^This key has neither .* Its master key can make the call$/),
        'Name the secret of a key that can make the call in the tag key-revoker:signed-by',
      ],
    });
    expect(of(SECRETS.master)?.says).toEqual([
      'Cannot read key-revoker:expires-at: it must be RFC 3339 with a zone, such as 2027-03-31T18:00:00+02:00',
    ]);
    expect(of(SECRETS.kalshiKey)?.says[0]).toMatch(/^The credential is not in Secrets Manager/);
    expect(of(SECRETS.forgotten)?.says[0]).toMatch(/^The provider does not know the key/);
    expect(of('key-revoker/odd')).toMatchObject({
      verdict: 'wrong',
      says: ['Cannot read the secret: it must be a JSON object; it is a number'],
    });
    expect(of(SECRETS.kalshiManager)?.verdict).toBe('well');
    expect(await system().stuck()).toEqual([]);
  });

  it.each([
    [
      'the operator',
      'secret:',
      /GetSecretValue on arn:.* grants this, .*Use a role that was granted access with grantOperate$/,
    ],
    [
      'the functions',
      '"SecretId":"',
      /^AWS denies this system a secret .*GetSecretValue on key-revoker\/.* grants this/,
    ],
  ])('says of one secret that AWS denies it to %s, and looks at the others', async (_who, before, says) => {
    await seeded(system());
    const containing = `${before}${SECRETS.kalshiKey}`;
    system().aws.faults.add({
      service: 'secretsmanager',
      action: 'GetSecretValue',
      kind: 'deny',
      times: 3,
      containing,
    });
    const { exit, of } = await found();
    expect(exit).toBe(1);
    expect(of(SECRETS.kalshiKey)).toMatchObject({ verdict: 'wrong', says: [expect.stringMatching(says)] });
    expect(of(SECRETS.master)).toMatchObject({ verdict: 'well' });
  });

  it.each<[string, object, Readonly<Record<string, string>>?]>([
    ['a token of another service', { apiKey: `sk-ant-api03-${'a'.repeat(40)}` }],
    ['another one', { apiKey: `ghp_${'a'.repeat(36)}`, environment: 'prod' }],
    ['another one beside an identifier', { apiKey: 'KEY', apiSecret: `glpat-${'a'.repeat(20)}` }],
    ['a bearer of a form that no provider has', { apiKey: `hf_${'a'.repeat(34)}` }],
    ['a key whose tag names no provider', { apiKey: 'rqsty-sk-1' }, { 'key-revoker:provider': 'anthropic' }],
    [
      'one whose control tag names no provider',
      { apiKey: `sk-ant-api03-${'a'.repeat(40)}` },
      { 'key-revoker:control': 'anthropic' },
    ],
  ])('asks no provider about a key that nothing says to be its own: %s', async (_what, credential, tags) => {
    await system().store('key-revoker/strange', credential, tags);
    const { exit, of } = await found('--name-prefix', 'key-revoker/strange');
    expect([exit, of('key-revoker/strange')]).toEqual([
      1,
      expect.objectContaining({
        verdict: 'wrong',
        says: expect.arrayContaining([expect.stringMatching(/^Cannot (tell which|use key-revoker:provider)/)]),
      }),
    ]);
    const asked = [system().bybit, system().kalshi, system().requesty].flatMap(({ record }) => record);
    expect(asked).toEqual([]);
    const listed = JSON.parse((await piped('list', '--json')).out.join('\n'));
    expect(listed).toMatchObject([{ provider: null, key: null, state: 'unreadable' }]);
  });

  it.each<[string, object, Readonly<Record<string, string>>]>([
    ['its form', { apiKey: 'rqsty-sk-1' }, {}],
    ['its provider’s tag', { apiKey: 'an-older-form' }, { 'key-revoker:provider': 'requesty' }],
    ['its control tag', { apiKey: 'an-older-form' }, { 'key-revoker:control': 'requesty' }],
  ])('asks the provider that is named by %s', async (_what, credential, tags) => {
    await system().store('key-revoker/known', credential, tags);
    await found('--name-prefix', 'key-revoker/known');
    expect(JSON.parse((await piped('list', '--json')).out.join('\n'))).toMatchObject([{ secret: 'key-revoker/known' }]);
    expect(system().requesty.record.length).toBeGreaterThan(0);
    expect([...system().bybit.record, ...system().kalshi.record]).toEqual([]);
  });

  it('claims no life of a key that its provider no longer knows', async () => {
    await seeded(system());
    await found('--name-prefix', SECRETS.kalshiKey);
    system().kalshi.remove('prod', KEYS.kalshiKey);
    const { exit, of } = await found('--name-prefix', SECRETS.kalshiKey);
    expect([exit, of(SECRETS.kalshiKey)]).toEqual([
      1,
      expect.objectContaining({
        verdict: 'wrong',
        says: [
          'The provider does not know the key. delete-key would be sent, signed by itself',
          'Look in the provider’s web console. If the key is deleted there, its secret is no longer needed',
        ],
      }),
    ]);
  });

  it('asks as the tags ask, and as if it were due', async () => {
    await seeded(system());
    system().bybit.patch('mainnet', KEYS.sub, { permissions: { Spot: ['SpotTrade'] } });
    await system().tag(SECRETS.sub, { 'key-revoker:signed-by': SECRETS.master });
    await system().tag(SECRETS.rsaMaster, {
      'key-revoker:expires-at': '2099-01-01T00:00:00Z',
      'key-revoker:provider': 'bybit',
      'key-revoker:operation': 'update-master-key',
      'key-revoker:settings': 'readOnly=1 permissions.Wallet=AccountTransfer',
    });
    const { exit, of } = await found('--name-prefix', 'key-revoker/bybit/');
    expect(exit).toBe(0);
    expect(of(SECRETS.sub)?.says).toEqual([`Alive, and delete-sub-key would be sent, signed by ${SECRETS.master}`]);
    expect(of(SECRETS.rsaMaster)?.says[0]).toBe('Alive, and update-master-key would be sent, signed by itself');
    expect(of(SECRETS.kalshiKey)).toBeUndefined();
  });

  it('asks again where a provider does not answer at once, and says so where it never does', async () => {
    await seeded(system());
    const silent = { match: {}, fault: { kind: 'dropBefore' } } as const;
    system().kalshi.faults.script({ ...silent, times: 2 });
    expect((await found('--name-prefix', 'key-revoker/kalshi/')).exit).toBe(0);
    system().kalshi.faults.script({ ...silent, times: Number.POSITIVE_INFINITY });
    const { exit, of } = await found('--name-prefix', SECRETS.kalshiKey);
    expect([exit, of(SECRETS.kalshiKey)?.says]).toEqual([1, ['A real request would wait (no-reply)']]);
  });

  it('tells of keys that are dead, and of what is stuck', async () => {
    await seeded(system());
    const body = { provider: 'kalshi', operation: 'delete-key', secretId: SECRETS.kalshiKey, target: 'self' };
    await system().send(body);
    await system().settle();
    await system().send({ ...body, secretId: 'key-revoker/nothing' });
    await system().settle();
    const { exit, out } = await commandLine(system, { width: 80 })('doctor', '--name-prefix', SECRETS.kalshiKey);
    expect(exit).toBe(1);
    expect(out).toEqual([
      '✔ the event source mappings',
      '✔ the undelivered queue',
      '✔ the room for urgent requests',
      '✔ the control keys',
      '! the clock of the sweep',
      expect.stringMatching(/^ {4}No sweep has begun yet/),
      '    that time',
      '! the alarms',
      expect.stringMatching(/^ {4}The alarms reach no one/),
      '    construct alarmActions, or the app the ARN of a topic in alarmTopics',
      '! the sources of the stuck queue',
      '    Everyone in the account who can create a queue can put messages on the stuck',
      '    queue, past its policy',
      '    Set RedriveAllowPolicy of the stuck queue once to byQueue with only the',
      '    queues of requests and rechecks: docs/operations.md says how',
      '! the tag events',
      expect.stringContaining('No event of a changed tag was seen.'),
      ...Array.from({ length: 3 }, () => expect.stringMatching(/^ {4}\S/)),
      `! ${SECRETS.kalshiKey}`,
      expect.stringMatching(/^ {4}Proved dead at 2026-\S+: its secret is no longer needed$/),
      '✖ the stuck queue',
      '    About 1: each is a key that may be alive. See key-revoker stuck list',
      '',
      '4 OK, 5 warnings, 1 failure',
    ]);
  });

  it('says when the last event of a changed tag was seen', async () => {
    system().aws.trail.isLogging = true;
    await system().store('key-revoker/odd', {});
    await system().discover();
    const { deployment } = JSON.parse((await piped('doctor', '--json', '--name-prefix', 'none')).out.join('\n'));
    expect(deployment.find(({ what }: { what: string }) => what === 'the tag events')).toEqual({
      ...{ what: 'the tag events', verdict: 'well' },
      says: ['The last event of a changed tag was seen at 2026-11-20T10:00:00.000Z'],
    });
  });

  it.each<[string, string, string, readonly string[], ((system: System) => Promise<unknown>)?]>([
    ['mappings that all take messages', 'the event source mappings', 'well', []],
    ['an alarm action', 'the alarms', 'well', [], () => cardAs({ alarmActions: 1 })],
    [
      'an action of urgent alarms only',
      'the alarms',
      'note',
      [expect.stringMatching(/^Only urgent alarms reach anyone: .* alarmTopics$/)],
      () => cardAs({ urgentAlarmActions: 1 }),
    ],
    ['no alarm action', 'the alarms', 'note', [expect.stringMatching(/^The alarms reach no one: .* alarmTopics$/)]],
    [
      'a sweep in time',
      'the clock of the sweep',
      'well',
      ['The last sweep began at 2026-11-20T10:00:00.000Z'],
      async (of) => {
        await of.tick();
        of.advance(15 * MINUTE_MS);
      },
    ],
    [
      'a sweep that is late',
      'the clock of the sweep',
      'wrong',
      [
        'The last sweep began at 2026-11-20T10:00:00.000Z, though one is due every 5 m',
        expect.stringMatching(/^The schedule SweepTick is off, or it cannot invoke the function\. /),
      ],
      async (of) => {
        await of.tick();
        of.advance(15 * MINUTE_MS + 1);
      },
    ],
    [
      'no sweep',
      'the clock of the sweep',
      'note',
      [expect.stringMatching(/^No sweep has begun yet, and .* every 5 m\./)],
    ],
  ])('says of the deployment: %s', async (_what, entry, verdict, says, prepare) => {
    await prepare?.(system());
    const { exit, of } = await deployment();
    expect([exit, of(entry)]).toEqual([verdict === 'wrong' ? 1 : 0, { what: entry, verdict, says }]);
  });

  it.each(['requests', 'urgent', 'rechecks'] as const)('fails for a disabled mapping of %s', async (lane) => {
    await switchMapping(system(), lane, false);
    const { exit, of } = await deployment();
    const says = [expect.stringMatching(new RegExp(`^The mapping of ${lane} is Disabl.* Run key-revoker resume$`))];
    expect([exit, of('the event source mappings')]).toMatchObject([1, { verdict: 'wrong', says }]);
    await piped('resume');
    expect((await deployment()).of('the event source mappings')).toMatchObject({ verdict: 'well', says: [] });
  });

  it('warns of a mapping that is on its way, and of one that AWS does not tell of', async () => {
    for (const isOn of [false, true]) await switchMapping(system(), 'urgent', isOn);
    const changing = await deployment();
    expect([changing.exit, changing.of('the event source mappings')]).toMatchObject([
      0,
      { verdict: 'note', says: ['The mapping of urgent is still Enabling'] },
    ]);
    for (const isOn of [false, true]) await switchMapping(system(), 'requests', isOn);
    await switchMapping(system(), 'rechecks', false);
    expect((await deployment()).of('the event source mappings')).toMatchObject({
      verdict: 'wrong',
      says: ['The mapping of requests is still Enabling', expect.stringMatching(/^The mapping of rechecks is Disabl/)],
    });
    system().aws.faults.add({ service: 'lambda', action: 'GetEventSourceMapping', kind: 'deny', times: 9 });
    const denied = await deployment();
    expect([denied.exit, denied.of('the event source mappings')]).toMatchObject([
      0,
      { verdict: 'note', says: [expect.stringContaining('read the event source mapping')] },
    ]);
  });

  it.each<[string, Parameters<System['aws']['faults']['add']>[0]]>([
    ['the results topic', { service: 'sns', action: 'Publish', kind: 'deny', times: Number.POSITIVE_INFINITY }],
    ['the bus', { service: 'events', action: 'PutEvents', kind: 'deny', times: Number.POSITIVE_INFINITY }],
  ])('fails where %s takes no receipt', async (_what, fault) => {
    await seeded(system());
    const reached = () => found('--name-prefix', SECRETS.kalshiKey);
    expect((await reached()).receipts).toEqual({ what: 'the results topic and the bus', verdict: 'well', says: [] });
    system().aws.faults.add(fault);
    const { exit, of, receipts } = await reached();
    expect([exit, of(SECRETS.kalshiKey)?.verdict]).toEqual([1, 'well']);
    expect(receipts).toMatchObject({
      verdict: 'wrong',
      says: [expect.stringMatching(/^The receipt of a dry run was written and not published: /)],
    });
  });

  it('says nothing of receipts where no dry run was made', async () => {
    expect((await deployment()).of('the results topic and the bus')).toBeUndefined();
  });

  it('says nothing of what a deployment of an earlier release does not tell', async () => {
    await cardAs({ sweepEverySeconds: undefined, alarmActions: undefined });
    const { of } = await deployment();
    expect([of('the clock of the sweep'), of('the alarms')]).toEqual([undefined, undefined]);
  });

  it('names the keys that have no control key, and says how to make one', async () => {
    await seeded(system());
    const { exit, controls } = await found();
    const { master, rsaMaster, rotatedSub, sub, kalshiKey, kalshiManager } = SECRETS;
    expect(exit).toBe(0);
    expect(controls?.verdict).toBe('note');
    // What another key signs for needs none: there the managing key's list tells.
    expect(controls?.says).toEqual([
      expect.stringMatching(/^No control key was seen beside these keys\. .+ takes an hour/),
      `bybit, mainnet: ${[sub, master, rsaMaster, rotatedSub].join(', ')}`,
      `kalshi, prod: ${[kalshiKey, kalshiManager].join(', ')}`,
      `requesty, prod: ${[SECRETS.requestyManager, SECRETS.requestySecondManager].join(', ')}`,
      expect.stringMatching(/make a read-only key.+key-revoker:control.+Run doctor again after the next sweep$/),
    ]);
  });

  it('is content with a control key that was seen beside a key, until the control key is dead', async () => {
    await seeded(system());
    system().kalshi.patch('prod', KEYS.kalshiManager, { scopes: ['read'] });
    await system().tag(SECRETS.kalshiManager, { 'key-revoker:control': 'kalshi' });
    await system().tick();
    const { exit, of, controls } = await found('--name-prefix', 'key-revoker/kalshi/');
    expect([exit, controls]).toEqual([0, { what: 'the control keys', verdict: 'well', says: [] }]);
    expect(of(SECRETS.kalshiKey)?.verdict).toBe('well');
    // It is read-only on purpose.
    expect(of(SECRETS.kalshiManager)).toMatchObject({ verdict: 'note' });
    expect(of(SECRETS.kalshiManager)?.says.at(-1)).toBe('Kept as a control key');
    expect(deadKeys(system())).toEqual([]);
    system().kalshi.patch('prod', KEYS.kalshiManager, { scopes: ['read', 'write'] });
    await system().send({
      provider: 'kalshi',
      operation: 'delete-key',
      secretId: SECRETS.kalshiManager,
      target: 'self',
    });
    await system().settle();
    expect(system().receipts().at(-1)?.message).toContain('The account now lacks this control key');
    const after = await found('--name-prefix', SECRETS.kalshiKey);
    expect(after.controls?.says).toContain(`kalshi, prod: ${SECRETS.kalshiKey}`);
  });

  it('knows whose key it is only after the dry run, where the credential does not say so', async () => {
    await seeded(system());
    await system().tag(SECRETS.requestyManager, { 'key-revoker:control': 'requesty' });
    await system().tick();
    const { controls } = await found('--name-prefix', 'key-revoker/requesty/');
    expect(controls).toEqual({ what: 'the control keys', verdict: 'well', says: [] });
  });

  it('names the control keys that are too many to be asked', async () => {
    const tags = { 'key-revoker:control': 'requesty' };
    for (let n = 10; n < 31; n += 1)
      await system().store(`key-revoker/control/${n}`, { apiKey: `rqsty-sk-${n}` }, tags);
    await system().tick();
    const { secrets } = system().aws;
    const last = Array.from({ length: 21 }, (_, n) => secrets.find(`key-revoker/control/${n + 10}`))
      .toSorted((a, b) => (a.arn < b.arn ? -1 : 1))
      .at(-1);
    const { controls } = await found();
    expect(controls).toMatchObject({
      verdict: 'note',
      says: [
        `Only 20 control keys of requesty are asked. Remove key-revoker:control from secrets that need none; these are left out: ${last?.name}`,
      ],
    });
  });

  it('fails for an expiry date that nothing can carry out, since its secret is marked for deletion', async () => {
    await seeded(system());
    await system().tag(SECRETS.kalshiKey, {
      'key-revoker:expires-at': '2026-11-20T11:00:00Z',
      'key-revoker:provider': 'kalshi',
      'key-revoker:operation': 'delete-key',
    });
    await system().markForDeletion(SECRETS.kalshiKey);
    const { exit, of, marked } = await found('--name-prefix', 'key-revoker/kalshi/');
    expect([exit, of(SECRETS.kalshiKey)]).toEqual([1, undefined]);
    expect(marked).toEqual({
      what: 'the secrets marked for deletion',
      verdict: 'wrong',
      says: [
        `This secret is marked for deletion, so nothing can open it: ${SECRETS.kalshiKey}`,
        `No sweep can carry out the expiry dates of: ${SECRETS.kalshiKey}`,
        expect.stringMatching(/^Restore a secret whose key may be alive/),
      ],
    });
  });

  it.each([
    ['has no date', {}],
    [
      'had its date carried out',
      {
        'key-revoker:expires-at': '2026-11-20T10:10:00Z',
        'key-revoker:provider': 'kalshi',
        'key-revoker:operation': 'delete-key',
      },
    ],
  ])('only names a secret that is marked for deletion and %s', async (_what, tags) => {
    await seeded(system());
    await system().tag(SECRETS.kalshiKey, tags);
    await system().tick();
    system().advance(900_000);
    await system().tick();
    await system().settle();
    await system().markForDeletion(SECRETS.kalshiKey);
    const { exit, marked } = await found('--name-prefix', 'key-revoker/kalshi/');
    expect([exit, marked?.verdict, marked?.says]).toEqual([0, 'note', [expect.stringContaining(SECRETS.kalshiKey)]]);
  });

  it.each([
    ['no provider', 'kalshy', 'it must be one of bybit, kalshi, requesty'],
    ['another provider', 'bybit', 'it says bybit, and the key in the secret is of kalshi'],
  ])('calls a control tag of %s wrong', async (_what, value, why) => {
    await seeded(system());
    await system().tag(SECRETS.kalshiKey, { 'key-revoker:control': value });
    const { exit, of } = await found('--name-prefix', SECRETS.kalshiKey);
    expect(exit).toBe(1);
    expect(of(SECRETS.kalshiKey)).toMatchObject({
      verdict: 'wrong',
      says: [`Cannot use key-revoker:control: ${why}`, 'Alive, and delete-key would be sent, signed by itself'],
    });
  });

  it('looks at nothing while requests are paused', async () => {
    await piped('pause', '--reason', 'migration', '--by', 'alex');
    const { exit, told } = await piped('doctor');
    expect([exit, told]).toEqual([
      1,
      ['Cannot check keys while requests are paused by alex (migration): run key-revoker resume first'],
    ]);
  });
});
