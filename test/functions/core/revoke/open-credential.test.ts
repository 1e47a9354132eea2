import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import type { Retry } from '../../../../functions/core/backoff.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { Fault } from '../../../../functions/core/fault.ts';
import type { Opened } from '../../../../functions/core/ports.ts';
import { type Held, identify, openCredential } from '../../../../functions/core/revoke/open-credential.ts';
import { memoryPorts, openedAs } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { replyOf, scriptedProvider } from '../scripted-provider.ts';

const GOOD = openedAs('{"keyId":"K"}');
const PROVIDER = scriptedProvider();

const fault = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw error;
  return `${error.outcome}: ${error.message}`;
};

describe('opening a credential', () => {
  const open = (secretId: string, found?: Opened, version = 'v1') =>
    openCredential(
      memoryPorts({ secrets: found ? { [`${secretId}@${version}`]: found } : {} }).ports,
      PROVIDER,
      secretId,
      version,
    );

  it.each([
    'key-revoker/desk',
    GOOD.arn,
    'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:key-revoker/desk-AbCdEf',
  ])('opens %s at its version', async (secretId) =>
    expect(await open(secretId, GOOD)).toMatchObject({ opened: GOOD, credential: { keyId: 'K', environment: 'prod' } }),
  );

  const OUTSIDE = 'refused/outside-prefix: Cannot open that secret: its name must begin with key-revoker/';

  it.each([
    ['another name', 'prod/desk', GOOD],
    ['an ARN of another name', 'arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/desk-AbCdEf', GOOD],
    ['the prefix further on', 'x/key-revoker/desk', GOOD],
    ['an ARN inside another name', `x${GOOD.arn}`, GOOD],
    ['an ARN’s beginning inside the prefix', 'key-rearn:aws:secretsmanager:r:a:secret:voker/desk', GOOD],
    ['a name that turns out to be another', 'key-revoker/desk', openedAs('{"keyId":"K"}', { name: 'prod/desk' })],
  ])('does not open %s', async (_what, secretId, found) => expect(await fault(open(secretId, found))).toBe(OUTSIDE));

  it('asks for no secret outside the prefix', async () => {
    const memory = memoryPorts();
    await fault(openCredential(memory.ports, PROVIDER, 'prod/desk', 'v1'));
    expect(memory.steps).toEqual([]);
  });

  it('says what is missing, and until when it can be restored', async () => {
    expect(await fault(open(GOOD.arn))).toBe('stuck/credential-missing: Cannot open key-revoker/desk-AbCdEf at v1');
    const { ports } = memoryPorts({
      secrets: { 'key-revoker/desk': { found: false, why: 'deleted', until: after(NOON, 86_400_000) } },
    });
    expect(await fault(openCredential(ports, PROVIDER, 'key-revoker/desk', 'AWSCURRENT'))).toBe(
      'stuck/credential-missing: Cannot open key-revoker/desk at AWSCURRENT. The secret is scheduled for deletion, and can be restored until 2026-11-22T12:00:00.000Z',
    );
  });

  it.each([
    ['a binary value', undefined, 'Cannot read key-revoker/desk: the secret must be text, and it is binary'],
    ['the bare secret', 'sk-live-canary', 'Cannot read key-revoker/desk: the secret must be a JSON object'],
    ['a list', '["canary"]', 'Cannot read key-revoker/desk: the secret must be a JSON object'],
    ['null', 'null', 'Cannot read key-revoker/desk: the secret must be a JSON object'],
    ['a text in JSON', '"canary"', 'Cannot read key-revoker/desk: the secret must be a JSON object'],
    ['another provider’s shape', '{"apiKey":"canary"}', 'Cannot read keyId: it must be a string'],
  ])('does not read %s', async (_what, value, message) =>
    expect(await fault(open('key-revoker/desk', openedAs(value)))).toBe(`refused/credential-unreadable: ${message}`),
  );
});

describe('telling whose key it is', () => {
  const held = (keyId: string): Held => ({ opened: GOOD, credential: PROVIDER.credential({ keyId }) });
  const system = (answer?: Answer) => memoryPorts({ reply: () => answer && replyOf(answer) });
  const identified = (memory: ReturnType<typeof system>, keyId = '') =>
    identify(
      memory.ports,
      { ports: memory.ports, deadline: after(memory.clock.now(), 25_000) },
      PROVIDER,
      held(keyId),
      'stuck/not-recognised',
    );

  it('asks nobody where the credential tells it', async () => {
    const memory = system();
    expect(await identified(memory, 'K')).toEqual({ keyId: 'K', seen: [] });
    expect(memory.steps).toEqual([]);
  });

  it('asks the provider, counts that as seen, and keeps it under the version', async () => {
    const memory = system(answerOf('alive', { facts: { keyId: 'K' } }));
    expect(await identified(memory)).toEqual({ keyId: 'K', seen: ['identify'] });
    expect(memory.items.get(`pin#${GOOD.arn} v1`)).toMatchObject({ keyId: 'K' });
    // A crash before the case is opened must not lose that it was seen.
    expect(await identified(memory)).toEqual({ keyId: 'K', seen: ['identify'] });
    expect(memory.steps.filter((step) => step === 'send')).toHaveLength(1);
  });

  it.each<[string, Answer, string]>([
    [
      'a credential that the provider does not know',
      answerOf('unknown', { means: { end: 'stuck/credential-refused' } }),
      'stuck/not-recognised',
    ],
    [
      'what the answer settles',
      answerOf('rejected', { means: { end: 'stuck/region-refused' } }),
      'stuck/region-refused',
    ],
  ])('ends by %s', async (_what, answer, outcome) =>
    expect(await fault(identified(system(answer)))).toBe(`${outcome}: Cannot identify the key in key-revoker/desk`),
  );

  it('goes by what another delivery has kept meanwhile: that may have killed the key since', async () => {
    const memory = memoryPorts({
      reply: () => {
        memory.items.set(`pin#${GOOD.arn} v1`, { rev: 1, nonce: '', keyId: 'K', questionIds: ['identify'] } as never);
        return replyOf(answerOf('unknown'));
      },
    });
    expect(await identified(memory)).toEqual({ keyId: 'K', seen: ['identify'] });
  });

  it('shows what was asked on the way to such an end', async () => {
    const error = await identified(system(answerOf('unknown', { code: '403' }))).catch((thrown: unknown) => thrown);
    expect((error as Fault).evidence).toMatchObject([
      { step: 'probe', asked: 'identify', saw: 'unknown', code: '403' },
    ]);
  });

  it.each<[string, Answer | undefined, Retry]>([
    ['silence', undefined, { code: 'no-reply' }],
    [
      'a limited rate',
      answerOf('silent', {
        means: { wait: 'rate-limited', notBefore: after(NOON, 9) },
        fallbackCode: 'account-restricted',
      }),
      { code: 'rate-limited', notBefore: after(NOON, 9), fallbackCode: 'account-restricted' },
    ],
    ['an answer without the identifier', answerOf('alive'), { code: 'unrecognised' }],
  ])('comes again on %s', async (_what, answer, retry) => {
    const wait = { hasEnded: false, notBefore: undefined, fallbackCode: undefined, ...retry };
    expect(await identified(system(answer))).toEqual(wait);
  });

  it('comes again where nobody can be asked', async () => {
    const { identify: _, ...mute } = PROVIDER;
    const { ports } = system(answerOf('alive', { facts: { keyId: 'K' } }));
    expect(
      await identify(ports, { ports, deadline: after(NOON, 25_000) }, mute, held(''), 'stuck/not-recognised'),
    ).toMatchObject({ hasEnded: false, code: 'no-reply' });
  });

  it('comes again where there is no time to ask', async () => {
    const { ports } = system(answerOf('alive'));
    expect(await identify(ports, { ports, deadline: NOON }, PROVIDER, held(''), 'stuck/not-recognised')).toMatchObject({
      hasEnded: false,
      code: 'no-reply',
    });
  });
});
