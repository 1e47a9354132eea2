import { describe, expect, it } from 'vitest';
import { after, toIso } from '../../../../functions/core/epoch.ts';
import type { Described } from '../../../../functions/core/ports.ts';
import { discover } from '../../../../functions/core/sweep/discover.ts';
import { sweep } from '../../../../functions/core/sweep/sweep.ts';
import { CONFIG, type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';

const MINUTE = 60_000;
const AHEAD = 15 * MINUTE;
const ARN = `${CONFIG.secretArns}key-revoker/x-AbCdEf`;
const [OWN_ROLE = ''] = CONFIG.ownRoles;

const secret = (dueInMs: number, more: Partial<Described> = {}): Described => ({
  arn: ARN,
  name: 'key-revoker/x',
  tags: {
    'key-revoker:expires-at': toIso(after(NOON, dueInMs)),
    'key-revoker:provider': 'kalshi',
    'key-revoker:operation': 'delete-key',
  },
  stages: { AWSCURRENT: 'v1' },
  isReplica: false,
  ...more,
});

const tagEvent = (secretId: unknown = ARN, principalId = 'AROASOMEONE:alex'): string =>
  JSON.stringify({
    ...{ source: 'aws.secretsmanager', 'detail-type': 'AWS API Call via CloudTrail' },
    detail: { eventName: 'TagResource', requestParameters: { secretId }, userIdentity: { principalId } },
  });

const labelEvent = (): string =>
  JSON.stringify({ source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated', resources: [ARN] });

const noteOf = ({ items }: Memory, sk = 'sweep') => items.get(`sweep#${ARN} ${sk}`);

describe('a look at the secret of an event', () => {
  it.each([ARN, 'key-revoker/x'])('sends an order that is near, to leave at its instant: %s', async (secretId) => {
    const memory = memoryPorts({ described: [secret(2 * MINUTE)] });
    expect(await discover(memory.ports, tagEvent(secretId), AHEAD)).toBe('sent');
    expect(memory.enqueued.map(({ delaySeconds }) => delaySeconds)).toEqual([120]);
    expect(JSON.parse(memory.enqueued[0]?.body ?? '')).toMatchObject({
      secretVersion: 'v1',
      notBefore: toIso(after(NOON, 2 * MINUTE)),
    });
    expect(await discover(memory.ports, tagEvent(secretId), AHEAD)).toBe('nothing to send');
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
  });

  it('notes an order that is far', async () => {
    const memory = memoryPorts({ described: [secret(AHEAD + 1)] });
    expect(await discover(memory.ports, tagEvent(), AHEAD)).toBe('nothing to send');
    expect(noteOf(memory)).toMatchObject({ state: 'due', at: after(NOON, AHEAD + 1), version: 'v1' });
  });

  it('reports tags that cannot be read', async () => {
    const memory = memoryPorts({ described: [secret(0, { tags: { 'key-revoker:expires-at': 'soon' } })] });
    expect(await discover(memory.ports, tagEvent(), AHEAD)).toBe('unreadable');
    expect(memory.published).toMatchObject([{ outcome: 'refused', code: 'tag-unreadable' }]);
  });

  it('sends nothing while the system is paused, and leaves the order among those that are due', async () => {
    const memory = memoryPorts({ described: [secret(MINUTE)] });
    memory.items.set('control pause', { rev: 1, nonce: 'n', pausedAt: NOON, by: 'me', reason: 'x' });
    expect(await discover(memory.ports, tagEvent(), AHEAD)).toBe('nothing to send');
    expect(memory.enqueued).toEqual([]);
    expect(noteOf(memory)).toMatchObject({ state: 'due' });
    memory.items.set('control pause', { rev: 2, nonce: 'n', by: 'me', reason: 'x' });
    memory.clock.forward(5 * MINUTE);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1 });
  });

  it('looks at nothing for a call of our own roles', async () => {
    const memory = memoryPorts({ described: [secret(MINUTE)] });
    expect(await discover(memory.ports, tagEvent(ARN, `${OWN_ROLE}:session`), AHEAD)).toBe('own');
    expect(memory.steps).not.toContain('describe');
    expect(memory.enqueued).toEqual([]);
  });

  it.each([
    ['of another name', 'elsewhere/x'],
    ['of another account', ARN.replace('123456789012', '999999999999')],
    ['that is not named', undefined],
  ])('looks at no secret %s', async (_what, secretId) => {
    const memory = memoryPorts({ described: [secret(MINUTE)] });
    expect(await discover(memory.ports, tagEvent(secretId ?? 7), AHEAD)).toBe('outside');
    expect(memory.steps).not.toContain('describe');
  });

  it('does nothing where the name turns out to be another', async () => {
    const memory = memoryPorts({ described: [secret(MINUTE, { name: 'elsewhere/x' })] });
    expect(await discover(memory.ports, tagEvent(), AHEAD)).toBe('nothing to send');
    expect(noteOf(memory)).toBeUndefined();
  });

  it('notes nothing for any other text', async () => {
    const memory = memoryPorts({ described: [secret(MINUTE)] });
    expect(await discover(memory.ports, '{}', AHEAD)).toBe('no event');
    expect(memory.items.size).toBe(0);
  });
});

describe('what is noted of events', () => {
  const seen = ({ items }: Memory) => items.get('sweep#events sweep');

  it('is when one was seen last, of tags and of versions, once a minute at most', async () => {
    const memory = memoryPorts();
    await discover(memory.ports, tagEvent('elsewhere/x'), AHEAD);
    expect(seen(memory)).toMatchObject({ rev: 1, tagEventAt: NOON });
    memory.clock.forward(MINUTE - 1);
    await discover(memory.ports, tagEvent('elsewhere/x'), AHEAD);
    expect(seen(memory)).toMatchObject({ rev: 1 });
    await discover(memory.ports, labelEvent(), AHEAD);
    memory.clock.forward(1);
    await discover(memory.ports, tagEvent(ARN, `${OWN_ROLE}:session`), AHEAD);
    expect(seen(memory)).toMatchObject({ tagEventAt: after(NOON, MINUTE), labelEventAt: after(NOON, MINUTE - 1) });
  });

  it('is the new version of a secret, by what the secret itself says', async () => {
    const described = [secret(60 * MINUTE, { tags: {} })];
    const memory = memoryPorts({ described });
    await discover(memory.ports, tagEvent(), AHEAD);
    expect(noteOf(memory, 'version')).toBeUndefined();
    expect(await discover(memory.ports, labelEvent(), AHEAD)).toBe('nothing to send');
    expect(noteOf(memory, 'version')).toMatchObject({ rev: 1, versionId: 'v1', seenAt: NOON });
    memory.clock.forward(MINUTE);
    await discover(memory.ports, labelEvent(), AHEAD);
    expect(noteOf(memory, 'version')).toMatchObject({ rev: 1 });
    described[0] = secret(0, { tags: {}, stages: { AWSCURRENT: 'v2', AWSPREVIOUS: 'v1' } });
    await discover(memory.ports, labelEvent(), AHEAD);
    expect(noteOf(memory, 'version')).toMatchObject({ rev: 2, versionId: 'v2', seenAt: after(NOON, MINUTE) });
    described[0] = secret(0, { tags: {}, stages: {} });
    await discover(memory.ports, labelEvent(), AHEAD);
    expect(noteOf(memory, 'version')).toMatchObject({ rev: 2 });
  });
});
