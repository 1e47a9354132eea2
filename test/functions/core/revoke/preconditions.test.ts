import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { latestNotBefore } from '../../../../functions/core/revoke/preconditions.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { NOON } from '../rounds.ts';
import { ACCEPTED, ALIVE, delivered, GONE, SELF, system } from '../scripted-system.ts';

describe('a request whose time has not come', () => {
  const at = (ms: number) => ({ ...SELF, notBefore: new Date(NOON + ms).toISOString() });
  const DAY = 86_400_000;

  it('waits for that very instant, and is due from then', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    expect(await revoke(memory.ports, delivered(memory, at(60_000)))).toEqual({
      done: false,
      code: 'early',
      notBefore: after(NOON, 60_000),
    });
    expect(memory.sent).toEqual([]);
    memory.clock.forward(60_000);
    await revoke(memory.ports, delivered(memory, at(60_000)));
    expect(memory.published[0]?.times).toMatchObject({
      dueAt: '2026-11-21T12:01:00.000Z',
      receivedAt: '2026-11-21T12:00:00.000Z',
    });
  });

  it('is planned at once where only a plan is wanted, and refused as the request would be', async () => {
    const memory = system({ probe: [ALIVE] });
    expect(await revoke(memory.ports, delivered(memory, { ...at(2 * DAY), dryRun: true }))).toEqual({ done: true });
    await revoke(memory.ports, delivered(memory, { ...at(12 * DAY + 1), dryRun: true, requestId: 'FAR' }));
    expect(memory.published).toMatchObject([{ outcome: 'planned' }, { requestId: 'FAR', code: 'too-far' }]);
  });

  it('is refused where a queue would forget it, to the millisecond', async () => {
    const memory = system({});
    expect(await revoke(memory.ports, delivered(memory, at(12 * DAY)))).toMatchObject({ done: false });
    await revoke(memory.ports, delivered(memory, { ...at(12 * DAY + 1), requestId: 'FAR' }));
    expect(memory.published).toMatchObject([{ requestId: 'FAR', code: 'too-far' }]);
    expect(memory.published[0]?.message).toMatch(/^notBefore is further ahead than a queue keeps messages\. Create a/);
  });

  it('is refused where that was more than 400 days ago, unless its tag said so', async () => {
    const script = { probe: [ALIVE, GONE], delete: [ACCEPTED] };
    const told = async (body: object, sender = 'AROAOTHER:me') => {
      const memory = system(script);
      await revoke(memory.ports, delivered(memory, body, { sender }));
      return memory.published[0];
    };
    expect(await told(at(-400 * DAY))).toMatchObject({ outcome: 'revoked' });
    expect(await told(at(-400 * DAY - 1))).toMatchObject({
      code: 'malformed',
      message: expect.stringContaining(
        'Cannot act by a notBefore of more than 400 days ago: leave it out to act at once',
      ),
    });
    const requestId = `expiry-${'0a'.repeat(32)}`;
    const ordered = { ...at(-401 * DAY), requestId };
    expect(await told(ordered, 'AROAOWNROLE:sweep')).toMatchObject({ requestId, outcome: 'revoked' });
    expect(await told(ordered)).toMatchObject({ outcome: 'refused', code: 'malformed' });
  });

  it('is not refused in a copy that is sent later than the message', async () => {
    const memory = system({ probe: [undefined, ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, at(-400 * DAY)));
    memory.clock.forward(1_000);
    await revoke(memory.ports, delivered(memory, at(-400 * DAY), { messageId: 'M2', sentAt: after(NOON, 1_000) }));
    expect(memory.published).toMatchObject([{ outcome: 'revoked' }]);
  });

  it('counts its age from then', async () => {
    const memory = system({ probe: [undefined] });
    await revoke(memory.ports, delivered(memory, at(2 * DAY)));
    memory.clock.forward(3 * DAY - 1);
    expect(await revoke(memory.ports, delivered(memory, at(2 * DAY)))).toMatchObject({ done: false, code: 'no-reply' });
    memory.clock.forward(1);
    expect(await revoke(memory.ports, delivered(memory, at(2 * DAY)))).toEqual({ done: true });
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'unproven', calls: 0 }]);
  });
});

it('refuses a provider that is switched off', async () => {
  const memory = system({}, { config: { providers: ['bybit', 'requesty'] } });
  await revoke(memory.ports, delivered(memory, SELF));
  expect(memory.published[0]).toMatchObject({
    code: 'provider-off',
    message: expect.stringContaining('Cannot act at kalshi: this deployment has only bybit, requesty'),
  });
});

it('leaves a request that waits for its date its whole time within thirteen days of its message', () =>
  expect(latestNotBefore(NOON, 86_400_000)).toBe(after(NOON, 12 * 86_400_000)));
