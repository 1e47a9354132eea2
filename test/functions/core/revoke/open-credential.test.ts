import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { Fault } from '../../../../functions/core/fault.ts';
import type { Opened } from '../../../../functions/core/ports.ts';
import { keepingOpen, openCredential } from '../../../../functions/core/revoke/open-credential.ts';
import { faultFrom, memoryPorts, openedAs } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { scriptedProvider } from '../scripted-provider.ts';

const GOOD = openedAs('{"keyId":"K"}');
const PROVIDER = scriptedProvider();

describe('opening a credential', () => {
  const open = (secretId: string, found?: Opened, version = 'v1') =>
    openCredential(
      memoryPorts({ secrets: found ? { [`${secretId}@${version}`]: found } : {} }).ports,
      PROVIDER,
      secretId,
      version,
    );

  it.each(['key-revoker/desk', GOOD.arn])('opens %s at its version', async (secretId) =>
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
  ])('does not open %s', async (_what, secretId, found) =>
    expect(await faultFrom(open(secretId, found))).toBe(OUTSIDE),
  );

  it.each([
    ['account', 'arn:aws:secretsmanager:us-east-1:999999999999:secret:key-revoker/desk-AbCdEf'],
    ['region', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-revoker/desk-AbCdEf'],
    ['partition', 'arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:key-revoker/desk-AbCdEf'],
    ['service', 'arn:aws:ssm:us-east-1:123456789012:secret:key-revoker/desk'],
  ])('asks for no secret of another %s', async (what, secretId) => {
    const memory = memoryPorts({ secrets: { [secretId]: GOOD } });
    expect(await faultFrom(openCredential(memory.ports, PROVIDER, secretId, 'v1'))).toContain(
      `refused/outside-prefix: Cannot open that secret: its ARN has another ${what}. The ARN must begin with`,
    );
    expect(memory.steps).toEqual([]);
  });

  it('passes on that AWS denies the secret', async () => {
    const denied = new Fault('stuck/access-denied', 'Cannot open key-revoker/desk: AWS denies it');
    const { ports } = memoryPorts({ secrets: { 'key-revoker/desk': denied } });
    expect(await faultFrom(openCredential(ports, PROVIDER, 'key-revoker/desk', 'AWSCURRENT'))).toBe(
      'stuck/access-denied: Cannot open key-revoker/desk: AWS denies it',
    );
  });

  it('asks for no secret outside the prefix', async () => {
    const memory = memoryPorts();
    await faultFrom(openCredential(memory.ports, PROVIDER, 'prod/desk', 'v1'));
    expect(memory.steps).toEqual([]);
  });

  it('says what is missing, and until when it can be restored', async () => {
    expect(await faultFrom(open(GOOD.arn))).toBe('stuck/credential-missing: Cannot open key-revoker/desk-AbCdEf at v1');
    const { ports } = memoryPorts({
      secrets: { 'key-revoker/desk': { found: false, why: 'deleted', until: after(NOON, 86_400_000) } },
    });
    expect(await faultFrom(openCredential(ports, PROVIDER, 'key-revoker/desk', 'AWSCURRENT'))).toBe(
      'stuck/credential-missing: Cannot open key-revoker/desk at AWSCURRENT. The secret is scheduled for deletion, and can be restored until 2026-11-22T12:00:00.000Z',
    );
  });

  it.each([
    ['a binary value', undefined, 'Cannot read key-revoker/desk: the secret must be text, and it is binary'],
    ['the bare secret', 'sk-live-canary', 'Cannot read key-revoker/desk: it must be a JSON object'],
    [
      'a list',
      '["canary"]',
      'Cannot read key-revoker/desk: it must be a JSON object; it is a list of one: give what is in the list',
    ],
    ['null', 'null', 'Cannot read key-revoker/desk: it must be a JSON object; it is null'],
    ['a text in JSON', '"canary"', 'Cannot read key-revoker/desk: it must be a JSON object; it is a text'],
    ['another provider’s shape', '{"apiKey":"canary"}', 'Cannot read keyId: it must be a string'],
  ])('does not read %s', async (_what, value, message) =>
    expect(await faultFrom(open('key-revoker/desk', openedAs(value)))).toBe(
      `refused/credential-unreadable: ${message}`,
    ),
  );
});

describe('a version that a process keeps open', () => {
  const VERSION = '11111111-2222-3333-4444-555555555555';
  const MINUTE = 60_000;
  const openedBy = (version: string, secrets = { [`key-revoker/desk@${version}`]: GOOD }) => {
    const memory = memoryPorts({ secrets });
    const opened = () => memory.steps.filter((name) => name === 'open').length;
    return { memory, opened, open: () => keepingOpen(memory.ports).open('key-revoker/desk', version) };
  };

  it('is opened once in 15 minutes', async () => {
    const { memory, opened, open } = openedBy(VERSION);
    expect([await open(), await open(), opened()]).toEqual([GOOD, GOOD, 1]);
    memory.clock.forward(15 * MINUTE - 1);
    expect([await open(), opened()]).toEqual([GOOD, 1]);
    memory.clock.forward(1);
    expect([await open(), opened(), memory.ports.kept.size]).toEqual([GOOD, 2, 1]);
  });

  it('is forgotten when its time is over and another one is opened', async () => {
    const { memory, open } = openedBy(VERSION);
    await open();
    memory.clock.forward(15 * MINUTE);
    await keepingOpen(memory.ports).open('key-revoker/other', VERSION);
    expect(memory.ports.kept.size).toBe(0);
  });

  it('is opened each time where a label names it, since a label moves', async () => {
    const { opened, open } = openedBy('AWSCURRENT');
    expect([await open(), await open(), opened()]).toEqual([GOOD, GOOD, 2]);
  });

  it('is asked for again where it was not there', async () => {
    const { opened, open } = openedBy(VERSION, {});
    expect([(await open()).found, (await open()).found, opened()]).toEqual([false, false, 2]);
  });

  it('gives way to others: a process keeps 1,000', async () => {
    const { memory, open } = openedBy(VERSION);
    const { kept } = memory.ports;
    for (let n = 0; n < 1_000; n += 1) kept.set(`secret ${n}`, { opened: GOOD, until: after(NOON, MINUTE) });
    await open();
    expect(kept.size).toBe(1);
  });
});
