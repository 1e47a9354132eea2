import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { PAUSE_KEY } from '../../../../functions/core/ledger/operator-items.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import { watchWindows } from '../../../../functions/core/sweep/settle-watch.ts';
import { NOON } from '../rounds.ts';
import { ACCEPTED, ALIVE, caseOf, delivered, GONE, SELF, system } from '../scripted-system.ts';

const MINUTE = 60_000;
/** A window of ten minutes that began two seconds after noon, with its first reading a minute later. */
const settling = async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  await revoke(memory.ports, delivered(memory, SELF));
  memory.enqueued.pop();
  memory.clock.forward(NOON + 2_000 - memory.clock.now());
  return memory;
};
const CASE = 'case#kalshi/prod/6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55 case';

describe('the watch over the settle windows', () => {
  it.each([
    [6 * MINUTE - 1, 0],
    [6 * MINUTE, 1],
  ])('sends a reading again that is five minutes late: after %i ms', async (ms, resent) => {
    const memory = await settling();
    memory.clock.forward(ms);
    expect(await watchWindows(memory.ports)).toEqual({ resent, notConfirmed: 0 });
    expect(memory.enqueued).toHaveLength(resent);
    if (resent === 0) return;
    expect(memory.enqueued).toMatchObject([{ delaySeconds: 0, attributes: { requestId: 'R', attempt: '1' } }]);
    expect(JSON.parse(memory.enqueued[0]?.body ?? '')).toMatchObject({ look: true });
  });

  it.each([
    [25 * MINUTE, 0],
    [25 * MINUTE + 1, 1],
  ])('counts a window that has been over for a quarter of an hour: after %i ms', async (ms, notConfirmed) => {
    const memory = await settling();
    memory.clock.forward(ms);
    // The next try lies ahead.
    const { settling: window, ...item } = caseOf(memory);
    const nextAt = after(memory.clock.now(), MINUTE);
    memory.items.set(CASE, { ...item, at: nextAt, settling: { ...window, nextAt } } as never);
    expect(await watchWindows(memory.ports)).toEqual({ resent: 0, notConfirmed });
    expect(memory.lines.at(-1)).toEqual(['windows read', { resent: 0, notConfirmed }]);
  });

  it.each([
    ['a quarter of an hour after the one before, when it is late', 15 * MINUTE, -1, 0],
    ['further ahead than a queue delays, when it is due', 15 * MINUTE + 1, 0, 1],
    ['further ahead than a queue delays, not before', 15 * MINUTE + 1, -1, 0],
  ])('sends a reading that is %s', async (_what, apartMs, ms, resent) => {
    const memory = await settling();
    const { settling: window, ...item } = caseOf(memory);
    const lastReadAt = memory.clock.now();
    const nextAt = after(lastReadAt, apartMs);
    memory.items.set(CASE, { ...item, at: nextAt, settling: { ...window, lastReadAt, nextAt } } as never);
    memory.clock.forward(apartMs + ms);
    expect(await watchWindows(memory.ports)).toMatchObject({ resent });
    expect(await watchWindows(memory.ports, 'by-state-2')).toMatchObject({ resent });
  });

  it('sends a late reading again also while another request keeps the case open', async () => {
    const memory = await settling();
    memory.items.set(CASE, { ...caseOf(memory), state: 'open-case', at: NOON } as never);
    memory.clock.forward(6 * MINUTE);
    expect(await watchWindows(memory.ports)).toEqual({ resent: 1, notConfirmed: 0 });
  });

  it('sends nothing for an open case whose window is over, or that has none', async () => {
    const memory = await settling();
    const item = caseOf(memory);
    for (const window of [{ ...item.settling, owners: [] }, undefined]) {
      memory.items.set(CASE, { ...item, settling: window, state: 'open-case', at: NOON } as never);
      memory.clock.forward(30 * MINUTE);
      expect(await watchWindows(memory.ports)).toEqual({ resent: 0, notConfirmed: 0 });
    }
    expect(memory.lines.map(([event]) => event)).not.toContain('ledger item failed');
  });

  it('sends nothing while the system is paused, and counts', async () => {
    const memory = await settling();
    memory.items.set(`${PAUSE_KEY.pk} ${PAUSE_KEY.sk}`, { rev: 1, nonce: '', pausedAt: NOON } as never);
    memory.clock.forward(30 * MINUTE);
    expect(await watchWindows(memory.ports)).toEqual({ resent: 0, notConfirmed: 1 });
    expect(memory.enqueued).toEqual([]);
  });

  it('leaves out a window whose end is not published yet: the message of its request does that', async () => {
    const memory = await settling();
    const item = memory.items.get('request#R request');
    memory.items.set('request#R request', { ...item, published: false } as never);
    memory.clock.forward(6 * MINUTE);
    expect(await watchWindows(memory.ports)).toEqual({ resent: 0, notConfirmed: 0 });
  });

  it('leaves out a window whose request is not known', async () => {
    const memory = await settling();
    memory.items.delete('request#R request');
    memory.clock.forward(6 * MINUTE);
    expect(await watchWindows(memory.ports)).toEqual({ resent: 0, notConfirmed: 0 });
    expect(memory.lines.map(([event]) => event)).not.toContain('ledger item failed');
  });

  it('names a window that it cannot watch, and watches the others', async () => {
    const memory = await settling();
    memory.items.set('case#kalshi/prod/K case', { ...caseOf(memory), keyId: 'K', settling: { owners: null } } as never);
    memory.clock.forward(6 * MINUTE);
    expect(await watchWindows(memory.ports)).toEqual({ resent: 1, notConfirmed: 0 });
    expect(memory.lines).toContainEqual([
      'ledger item failed',
      { what: 'window', name: 'kalshi/prod/K', problem: 'defect' },
    ]);
  });

  it('fails where the ledger answers for none', async () => {
    const memory = await settling();
    const { ledger } = memory.ports;
    memory.ports.ledger = {
      ...ledger,
      read: (key) => (key.pk.startsWith('request#') ? Promise.reject(new Unavailable('down')) : ledger.read(key)),
    };
    memory.clock.forward(6 * MINUTE);
    await expect(watchWindows(memory.ports)).rejects.toBeInstanceOf(Unavailable);
  });
});
