import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { Fault } from '../../../../functions/core/fault.ts';
import type { AttemptWaiting } from '../../../../functions/core/ledger/attempt-result.ts';
import type { Pin, RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { Provider } from '../../../../functions/core/provider.ts';
import type { RevocationRequest } from '../../../../functions/core/request/revocation-request.ts';
import { type ResolvedTarget, resolveTarget } from '../../../../functions/core/revoke/resolve-target.ts';
import { memoryPorts, openedAs } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { replyOf, scriptedProvider } from '../scripted-provider.ts';

const credential = (keyId: string, more: object = {}) => JSON.stringify({ keyId, ...more });

const SECRETS = {
  'key-revoker/boss@AWSCURRENT': openedAs(credential('BOSS'), {
    arn: 'arn:boss',
    name: 'key-revoker/boss',
    versionId: 'b2',
  }),
  'key-revoker/boss@b1': openedAs(credential('OLD'), { arn: 'arn:boss', name: 'key-revoker/boss', versionId: 'b1' }),
  'key-revoker/sub@AWSCURRENT': openedAs(credential('SUB', { environment: 'demo' }), {
    arn: 'arn:sub',
    name: 'key-revoker/sub',
    versionId: 's2',
  }),
  'key-revoker/sub@s1': openedAs(credential('SUB1'), { arn: 'arn:sub', name: 'key-revoker/sub', versionId: 's1' }),
  'key-revoker/twin-in-demo': openedAs(credential('BOSS', { environment: 'demo' }), { arn: 'arn:twin-in-demo' }),
  'key-revoker/twin': openedAs(credential('BOSS'), { arn: 'arn:twin', name: 'key-revoker/twin' }),
};

const REQUEST: RevocationRequest = {
  version: 1,
  provider: 'kalshi',
  operation: 'delete-key',
  secretId: 'key-revoker/boss',
  secretVersion: 'AWSCURRENT',
  target: 'self',
  reason: 'manual',
  dryRun: false,
};

/** What was resolved, where nothing had to wait. */
const resolved = async (work: Promise<ResolvedTarget | AttemptWaiting>): Promise<ResolvedTarget> => {
  const result = await work;
  if ('hasEnded' in result) throw new Error(`Cannot go by a wait for ${result.code}`);
  return result;
};

const aimed = (
  change: Partial<RevocationRequest> = {},
  item: Partial<RequestItem> = {},
  provider: Provider = scriptedProvider(),
) => {
  const { ports } = memoryPorts({ provider, secrets: SECRETS, config: { egressAddresses: ['192.0.2.1'] } });
  const request = { ...REQUEST, ...change };
  const asking = { ports, deadline: after(NOON, 25_000) };
  return resolved(resolveTarget(ports, asking, provider, { request, ...item } as RequestItem, request));
};

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof Fault)) throw error;
  return `${error.outcome}: ${error.message}`;
};

const BOSS = { arn: 'arn:boss', secretId: 'key-revoker/boss', versionId: 'b2', environment: 'prod', keyId: 'BOSS' };

it('aims a key at itself', async () => {
  const { pin, order, seen, targetHeld } = await aimed({ reason: 'leaked' });
  expect(pin).toEqual({
    signer: BOSS,
    target: undefined,
    self: true,
    keyId: 'BOSS',
    subMemberId: undefined,
    environment: 'prod',
    realm: 'prod',
    keyName: 'kalshi/prod/BOSS',
    signerName: 'kalshi/prod/BOSS',
  });
  expect(order).toMatchObject({
    operation: 'delete-key',
    target: { self: true, keyId: 'BOSS', credential: { keyId: 'BOSS' } },
    urgent: true,
    egressAddresses: ['192.0.2.1'],
  });
  expect(seen).toEqual([]);
  expect(targetHeld?.opened.versionId).toBe('b2');
});

describe('a managing key', () => {
  it('is aimed at a key by its identifiers', async () => {
    const { pin, order, targetHeld } = await aimed({ target: { apiKeyId: 'K', subMemberId: '7' } });
    expect(pin).toMatchObject({
      self: false,
      keyId: 'K',
      subMemberId: '7',
      environment: 'prod',
      keyName: 'kalshi/prod/K',
      signerName: 'kalshi/prod/BOSS',
    });
    expect(order.target.credential).toBeUndefined();
    expect([order.urgent, targetHeld]).toEqual([false, undefined]);
    const bare = (await aimed({ target: { apiKeyId: 'ID' } })).pin;
    expect(bare).toMatchObject({ keyId: 'ID' });
    expect(bare).not.toHaveProperty('subMemberId');
  });

  it('is aimed at the key inside a secret, in that key’s environment', async () => {
    const { pin, order, targetHeld } = await aimed({ target: { secretId: 'key-revoker/sub', subMemberId: '7' } });
    expect(pin).toMatchObject({
      signer: BOSS,
      target: { arn: 'arn:sub', versionId: 's2', keyId: 'SUB', environment: 'demo' },
      self: false,
      keyId: 'SUB',
      subMemberId: '7',
      environment: 'demo',
      realm: 'demo',
      keyName: 'kalshi/demo/SUB',
      signerName: 'kalshi/prod/BOSS',
    });
    expect(order.target.credential).toMatchObject({ keyId: 'SUB', environment: 'demo' });
    expect(targetHeld?.opened.arn).toBe('arn:sub');
    expect((await aimed({ target: { secretId: 'key-revoker/sub', secretVersion: 's1' } })).pin.keyId).toBe('SUB1');
  });

  it('that names itself is self', async () => {
    expect((await aimed({ target: { apiKeyId: 'BOSS' } })).pin.self).toBe(true);
    expect((await aimed({ target: { secretId: 'key-revoker/twin' } })).pin).toMatchObject({
      self: true,
      keyName: 'kalshi/prod/BOSS',
    });
  });
});

it('names realm and case by the realm that two environments are of', async () => {
  const environments = {
    prod: { host: 'a.example.com', realm: 'prod' },
    demo: { host: 'b.example.com', realm: 'prod' },
  };
  const { pin } = await aimed({ target: { secretId: 'key-revoker/sub' } }, {}, { ...scriptedProvider(), environments });
  expect(pin).toMatchObject({ environment: 'demo', realm: 'prod', keyName: 'kalshi/prod/SUB' });
});

it('keeps to the versions that were pinned, unless the signer is to be opened again', async () => {
  const target = { secretId: 'key-revoker/sub' };
  const { pin } = await aimed({ target });
  const pinned = {
    ...pin,
    signer: { ...pin.signer, arn: 'key-revoker/boss', versionId: 'b1' },
    target: { ...BOSS, arn: 'key-revoker/sub', versionId: 's1' },
  };
  expect((await aimed({ target }, { pin: pinned })).pin).toMatchObject({
    signer: { versionId: 'b1', keyId: 'OLD' },
    keyId: 'SUB1',
  });
  const { ports } = memoryPorts({ secrets: SECRETS });
  const request = { ...REQUEST, target };
  const item = { pin: pinned } as unknown as RequestItem;
  const asking = { ports, deadline: after(NOON, 25_000) };
  const reopened = await resolved(
    resolveTarget(ports, asking, scriptedProvider(), item, request, { reopenSigner: true }),
  );
  expect(reopened.pin).toMatchObject({ signer: { versionId: 'b2' }, target: { versionId: 's1' } });
});

describe('refuses', () => {
  it('another key where only the signer itself can be meant', async () => {
    const provider = {
      ...scriptedProvider(),
      operations: { 'delete-key': { kind: 'delete', signers: ['self'], needs: {} } },
    } as const;
    expect(await refusal(aimed({ target: { apiKeyId: 'K' } }, {}, provider))).toBe(
      'refused/target-mismatch: Cannot delete-key for another key: the target must be the signing key itself',
    );
    expect((await aimed({ target: { apiKeyId: 'BOSS' } }, {}, provider)).pin.self).toBe(true);
  });

  it('the key itself where only another key may sign', async () => {
    const provider = {
      ...scriptedProvider(),
      operations: { 'delete-key': { kind: 'delete', signers: ['managing'], needs: {} } },
    } as const;
    expect(await refusal(aimed({}, {}, provider))).toBe(
      'refused/target-mismatch: Cannot delete-key with the key itself: another key must sign',
    );
  });

  it('an operation that an older release stored and the provider does not have any more', async () =>
    expect(await refusal(aimed({ operation: 'delete-old' }))).toMatch(/^refused\/target-mismatch: Cannot delete-old/));

  it('another key than the only one that it may be about', async () => {
    const { keyName } = (await aimed()).pin;
    expect((await aimed({}, { onlyKey: keyName })).pin.keyName).toBe(keyName);
    expect(await refusal(aimed({}, { onlyKey: keyName.replace(/prod/, 'demo') }))).toBe(
      'refused/request-id-reused: Cannot act on another key than the request that had this id first: the secret was rotated since',
    );
  });

  it('any key where it can no longer be read which one was meant', async () => {
    expect(await refusal(aimed({}, { onlyKey: '' }))).toMatch(/^stuck\/unproven: Cannot tell which key was meant/);
    const { pin: own } = await aimed();
    const pin = { ...own, signer: { ...own.signer, arn: 'key-revoker/boss', versionId: 'AWSCURRENT' } };
    for (const known of [{ pin }, { former: pin }])
      expect((await aimed({}, { onlyKey: '', ...known })).pin.keyName).toBe(pin.keyName);
    const other = { ...pin, keyName: pin.keyName.replace(/prod/, 'demo') };
    expect(await refusal(aimed({}, { onlyKey: '', former: other }))).toMatch(/^refused\/request-id-reused/);
  });

  it('another key than the earlier attempt’s', async () => {
    expect(await refusal(aimed({}, { former: { ...(await aimed()).pin, keyId: 'OLD' } }))).toBe(
      'refused/target-mismatch: Cannot continue with a different key than the earlier attempt: send a new request for that key',
    );
    expect((await aimed({}, { former: (await aimed()).pin })).pin.keyId).toBe('BOSS');
  });

  it('one key in two realms, unless both secrets mean one', async () => {
    const target = { secretId: 'key-revoker/twin-in-demo' };
    expect(await refusal(aimed({ target }))).toBe(
      'refused/environment-mismatch: Cannot tell the key’s environment: one secret says prod, the other says demo',
    );
    const environments = {
      prod: { host: 'a.example.com', realm: 'prod' },
      demo: { host: 'b.example.com', realm: 'prod' },
    };
    expect((await aimed({ target }, {}, { ...scriptedProvider(), environments })).pin).toMatchObject({
      self: true,
      environment: 'prod',
    });
  });

  it('an environment that was not expected, which is the target’s', async () => {
    const target = { secretId: 'key-revoker/sub' };
    expect((await aimed({ target, expectedEnvironment: 'demo' })).pin.environment).toBe('demo');
    expect(await refusal(aimed({ target, expectedEnvironment: 'prod' }))).toBe(
      'refused/environment-mismatch: Cannot act in demo: the request expects a different environment',
    );
  });
});

describe('a provider that does not tell the key in the credential', () => {
  const asked = (target: RevocationRequest['target'], answer: Answer | undefined, boss = '', sub = '') => {
    const { ports } = memoryPorts({
      secrets: {
        'key-revoker/boss': openedAs(credential(boss)),
        'key-revoker/sub': openedAs(credential(sub), { arn: 'arn:sub' }),
      },
      reply: () => answer && replyOf(answer),
    });
    return resolveTarget(ports, { ports, deadline: after(NOON, 25_000) }, scriptedProvider(), {} as RequestItem, {
      ...REQUEST,
      target,
    });
  };
  const nameless = (...of: Parameters<typeof asked>) => resolved(asked(...of));
  const inSub = { secretId: 'key-revoker/sub' };
  const UNKNOWN = answerOf('unknown');

  it('does not recognise a target that nobody knows', async () => {
    expect(await refusal(nameless('self', UNKNOWN))).toMatch(/^stuck\/not-recognised: /);
    expect(await refusal(nameless(inSub, UNKNOWN, 'BOSS'))).toMatch(/^stuck\/not-recognised: /);
  });

  it('refuses a managing key that nobody knows', async () =>
    expect(await refusal(nameless({ apiKeyId: 'K' }, UNKNOWN))).toMatch(/^stuck\/credential-refused: /));

  it.each([
    ['the signer', 'self', '', ''],
    ['the target in its own secret', inSub, 'BOSS', ''],
  ] as const)('waits where %s gets no answer', async (_what, target, boss, sub) =>
    expect(await asked(target, undefined, boss, sub)).toMatchObject({ hasEnded: false, code: 'no-reply' }),
  );

  it.each([
    ['the target that signs', 'self', '', '', ['identify']],
    ['the target in its own secret', inSub, 'BOSS', '', ['identify']],
    ['the target that is told in its own secret', inSub, '', 'SUB', []],
    ['the target that is only named', { apiKeyId: 'K' }, '', '', []],
  ] as const)('counts that as seen only of %s', async (_what, target, boss, sub, seen) => {
    const answer = answerOf('alive', { facts: { keyId: 'ASKED' } });
    expect((await nameless(target, answer, boss, sub)).seen).toEqual(seen);
  });

  describe('because its identifier may be a secret', () => {
    const claimed = (keyId: string) => JSON.stringify({ keyId: '', claimed: keyId });
    const claims = async (change: Partial<RevocationRequest>, item: Partial<RequestItem>) => {
      const sent: string[] = [];
      const { ports } = memoryPorts({
        secrets: {
          'key-revoker/boss': openedAs(claimed('BOSS')),
          'key-revoker/sub': openedAs(claimed('SUB'), { arn: 'arn:sub' }),
        },
        reply: ({ path }) => {
          sent.push(path);
          return undefined;
        },
      });
      const asking = { ports, deadline: after(NOON, 25_000) };
      const request = { ...REQUEST, ...change };
      const result = await resolveTarget(ports, asking, scriptedProvider(), item as RequestItem, request);
      return 'hasEnded' in result ? result.code : [result.pin.signer.keyId, result.pin.keyId, sent.length];
    };
    const IN_SUB: Partial<RevocationRequest> = { target: { secretId: 'key-revoker/sub' } };
    const pinOf = (signer: string, keyId: string) =>
      ({ keyId, signer: { arn: 'key-revoker/boss', versionId: 'v1', keyId: signer } }) as Pin;

    it.each<[string, Partial<RevocationRequest>, Partial<RequestItem>, readonly unknown[]]>([
      ['the request names it', { target: { apiKeyId: 'BOSS' } }, {}, ['BOSS', 'BOSS', 0]],
      ['an earlier delivery pinned it', {}, { pin: pinOf('BOSS', 'BOSS') }, ['BOSS', 'BOSS', 0]],
      ['an earlier attempt pinned it', {}, { former: pinOf('BOSS', 'BOSS') }, ['BOSS', 'BOSS', 0]],
      ['an earlier attempt pinned both', IN_SUB, { former: pinOf('BOSS', 'SUB') }, ['BOSS', 'SUB', 0]],
    ])('asks nobody where %s', async (_what, change, item, expected) =>
      expect(await claims(change, item)).toEqual(expected),
    );

    it.each<[string, Partial<RevocationRequest>, Partial<RequestItem>]>([
      ['nobody named it', {}, {}],
      ['the request names another key', { target: { apiKeyId: 'OTHER' } }, {}],
      ['an earlier attempt pinned another key', {}, { former: pinOf('OTHER', 'OTHER') }],
      ['only the signer is pinned', IN_SUB, { pin: pinOf('BOSS', 'OTHER') }],
    ])('asks, and waits, where %s', async (_what, change, item) => expect(await claims(change, item)).toBe('no-reply'));
  });

  describe('and answers only one of two questions', () => {
    const LEAKED_KEY: Partial<RevocationRequest> = { reason: 'leaked' };
    const held = (arn: string) => ({ arn, secretId: arn, versionId: 'v1', environment: 'prod' });
    /** The pin of an earlier delivery or attempt, which found these keys. */
    const pinOf = (signer: string, keyId: string): Pin => ({
      signer: { ...held('key-revoker/boss'), keyId: signer },
      target: { ...held('key-revoker/sub'), keyId },
      ...{ self: false, keyId, environment: 'prod', realm: 'prod', keyName: keyId, signerName: signer },
    });

    const halfAnswered = (
      request: Partial<RevocationRequest>,
      item: Partial<RequestItem>,
      [boss = '', sub = ''] = [],
    ) => {
      let sent = 0;
      const secrets = { boss: openedAs(credential(boss)), sub: openedAs(credential(sub), { arn: 'arn:sub' }) };
      const { ports } = memoryPorts({
        secrets: { 'key-revoker/boss': secrets.boss, 'key-revoker/sub': secrets.sub },
        reply: () => {
          sent += 1;
          return sent % 2 === 0 ? undefined : replyOf(answerOf('alive', { facts: { keyId: 'ASKED' } }));
        },
      });
      const asking = { ports, deadline: after(NOON, 25_000) };
      return resolveTarget(ports, asking, scriptedProvider(), item as RequestItem, { ...REQUEST, ...request });
    };
    const named = { target: { apiKeyId: 'ASKED' } };
    const inSubSecret = { target: inSub };

    it.each<[string, Partial<RevocationRequest>, Partial<RequestItem>, string[]]>([
      ['the key that the request names', { ...LEAKED_KEY, ...named }, {}, []],
      ['the signer of an earlier delivery', { ...LEAKED_KEY, ...named }, { pin: pinOf('ASKED', 'ASKED') }, []],
      ['the signer of an earlier attempt', LEAKED_KEY, { former: pinOf('ASKED', 'ASKED') }, []],
      ['the target of an earlier delivery', { ...LEAKED_KEY, ...inSubSecret }, { pin: pinOf('B', 'ASKED') }, ['B']],
      ['the target of an earlier attempt', { ...LEAKED_KEY, ...inSubSecret }, { former: pinOf('B', 'ASKED') }, ['B']],
    ])('believes it for an urgent request if it names %s', async (_what, request, item, known) =>
      expect((await resolved(halfAnswered(request, item, known as never))).pin.keyId).toBe('ASKED'),
    );

    it.each<[string, Partial<RevocationRequest>, Partial<RequestItem>, string[]]>([
      ['a request that is not urgent', named, { pin: pinOf('ASKED', 'ASKED') }, []],
      ['a key that nobody named before', LEAKED_KEY, {}, []],
      ['a signer with the identifier of an earlier target', LEAKED_KEY, { former: pinOf('B', 'ASKED') }, []],
      [
        'a target with the identifier of an earlier signer',
        { ...LEAKED_KEY, ...inSubSecret },
        { former: pinOf('ASKED', 'T') },
        ['B'],
      ],
    ])('waits with %s', async (_what, request, item, known) =>
      expect(await halfAnswered(request, item, known as never)).toMatchObject({ hasEnded: false, code: 'no-reply' }),
    );
  });
});

describe('the version of a request whose pin cannot be read', () => {
  const LOST = { salvagedAt: NOON, dueAt: after(NOON, -86_400_000 + 1_000) };
  const NEWER = { ...LOST, dueAt: after(LOST.dueAt, -1) };
  const SUB = { target: { secretId: 'key-revoker/sub', secretVersion: 's1' } };
  const UNPROVEN = 'stuck/unproven: Cannot tell which version of key-revoker/boss was meant';

  it('may have come before the order', async () => {
    expect((await aimed({}, LOST)).pin).toMatchObject({ keyId: 'BOSS' });
    expect((await aimed(SUB, LOST)).pin).toMatchObject({ keyId: 'SUB1' });
  });

  it('may not have come with it or later', async () => {
    expect(await refusal(aimed({}, NEWER))).toContain(UNPROVEN);
    expect(await refusal(aimed(SUB, NEWER))).toContain('version of key-revoker/sub was meant');
  });

  it.each<[string, Partial<RevocationRequest>, Partial<RequestItem>]>([
    ['the managing key signs', { target: { apiKeyId: '00000000-0000-0000-0000-000000000001' } }, NEWER],
    ['an earlier attempt pinned the key', {}, { ...NEWER, former: { keyId: 'BOSS', signer: {} } as never }],
    ['the request could be read', {}, { dueAt: NEWER.dueAt }],
    [
      'the pin can be read',
      {},
      { ...NEWER, pin: { signer: { arn: 'key-revoker/boss', versionId: 'AWSCURRENT' } } as never },
    ],
  ])('may be any where %s', async (_what, change, item) => expect((await aimed(change, item)).pin).toBeDefined());
});
