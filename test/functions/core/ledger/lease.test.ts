import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { LeaseLost } from '../../../../functions/core/fault.ts';
import type { CaseItem } from '../../../../functions/core/ledger/case-item.ts';
import { caseKey } from '../../../../functions/core/ledger/keys.ts';
import { releaseLease, takeLease, takeLeaseFor, updateLeasedCase } from '../../../../functions/core/ledger/lease.ts';
import type { Pin, RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';

const KEY = { provider: 'kalshi', realm: 'prod', keyId: 'K' } as const;
const NAME = 'kalshi/prod/K';
const UNTIL = after(NOON, 25_000);

const take = ({ ports }: ReturnType<typeof memoryPorts>, holder: string, seen: readonly string[] = []) =>
  takeLease(ports, KEY, { holder, until: after(ports.clock.now(), 25_000), seen });

it('opens the case of a key that nothing is known of', async () => {
  const memory = memoryPorts();
  const taken = await take(memory, 'A', ['by']);
  expect(taken).toEqual({
    taken: true,
    item: {
      ...KEY,
      rev: 1,
      nonce: 'id-1',
      sightings: { by: NOON },
      facts: {},
      attempts: {},
      state: 'idle-case',
      at: NOON,
      lease: { holder: 'A', until: UNTIL },
    },
  });
  expect(memory.items.get(`case#${NAME} case`)).toMatchObject({ lease: { holder: 'A' } });
});

it('opens a case that was forgotten as if nothing had been', async () => {
  const memory = memoryPorts();
  const { item } = (await take(memory, 'A')) as { item: CaseItem };
  const forgotten = { at: NOON, by: 'me', reason: 'gone' };
  const closed: CaseItem = {
    ...item,
    lease: undefined,
    forgotten,
    state: 'forgotten-case',
    restrictedBy: 'R#1',
    rev: 2,
  };
  await memory.ports.ledger.write(caseKey(NAME), closed);
  const taken = await take(memory, 'B');
  expect(taken).toMatchObject({ taken: true, item: { state: 'idle-case' } });
  expect(taken.taken && 'forgotten' in taken.item).toBe(false);
  expect(taken.taken && taken.item.restrictedBy).toBeUndefined();
});

it('keeps when the key was first seen', async () => {
  const memory = memoryPorts();
  await take(memory, 'A', ['by']);
  memory.clock.forward(1);
  expect(await take(memory, 'A', ['by', 'on'])).toMatchObject({ item: { sightings: { by: NOON, on: NOON + 1 } } });
});

describe('a lease that another holds', () => {
  it.each([
    ['is waited for until its end', 0, UNTIL],
    ['is waited for up to its last millisecond', 24_999, UNTIL],
    ['is waited out ten seconds more, once over', 25_000, UNTIL + 10_000],
    ['is waited out to the last of them', 34_999, UNTIL + 10_000],
  ])('%s', async (_what, passed, notBefore) => {
    const memory = memoryPorts();
    await take(memory, 'A');
    memory.clock.forward(passed);
    expect(await take(memory, 'B')).toEqual({ taken: false, notBefore });
    expect(memory.items.get(`case#${NAME} case`)).toMatchObject({ lease: { holder: 'A' }, rev: 1 });
  });

  it('is taken over then', async () => {
    const memory = memoryPorts();
    await take(memory, 'A');
    memory.clock.forward(35_000);
    expect(await take(memory, 'B')).toMatchObject({
      taken: true,
      item: { lease: { holder: 'B', until: UNTIL + 35_000 } },
    });
  });
});

it('writes to a case that this delivery holds', async () => {
  const memory = memoryPorts();
  await take(memory, 'A');
  const written = await updateLeasedCase(memory.ports, NAME, 'A', (item) => ({ ...item, state: 'open-case' }));
  expect(written).toMatchObject({ rev: 2, state: 'open-case' });
});

it('writes to no case that another holds, nobody holds, or that is not there', async () => {
  const memory = memoryPorts();
  await expect(updateLeasedCase(memory.ports, NAME, 'A', (item) => item)).rejects.toBeInstanceOf(LeaseLost);
  await take(memory, 'A');
  await expect(updateLeasedCase(memory.ports, NAME, 'B', (item) => item)).rejects.toBeInstanceOf(LeaseLost);
  await updateLeasedCase(memory.ports, NAME, 'A', ({ lease: _, ...item }) => item);
  await expect(updateLeasedCase(memory.ports, NAME, 'A', (item) => item)).rejects.toThrow(
    'Cannot write to the case: another delivery holds the lease',
  );
});

describe('the lease for a request', () => {
  const PIN = { keyName: NAME, signer: { versionId: 'v1' } } as Pin;
  const ITEM = { requestId: 'R', planOnly: false, attempt: 1, pin: PIN } as RequestItem;
  const takeFor = ({ ports }: ReturnType<typeof memoryPorts>, item = ITEM) =>
    takeLeaseFor(ports, item, KEY, { holder: 'B', until: UNTIL, seen: [] });
  const withRequest = (now: object) => {
    const memory = memoryPorts();
    memory.items.set('request#R request', { ...ITEM, rev: 1, nonce: '', ...now } as never);
    return memory;
  };

  it('is taken as long as it stands as this delivery read it', async () =>
    expect(await takeFor(withRequest({}))).toMatchObject({ taken: true, item: { lease: { holder: 'B' } } }));

  it.each([
    ['has ended', { ended: { outcome: 'revoked' } }],
    ['has gone on to another attempt', { attempt: 2 }],
    ['has gone on to another version', { pin: { ...PIN, signer: { versionId: 'v2' } } }],
  ])('is let go at once where it %s meanwhile', async (_what, now) => {
    const memory = withRequest(now);
    expect(await takeFor(memory)).toStrictEqual({ taken: false, notBefore: undefined });
    expect(memory.items.get(`case#${NAME} case`)).not.toHaveProperty('lease');
  });

  const ENDED = { ...ITEM, ended: { outcome: 'stuck/limit' } } as RequestItem;

  it('is taken for the recheck of a request that has ended', async () =>
    expect(await takeFor(withRequest(ENDED), ENDED)).toMatchObject({ taken: true, item: { lease: { holder: 'B' } } }));

  it('is let go at once where the request of a recheck is open again', async () => {
    const memory = withRequest({});
    expect(await takeFor(memory, ENDED)).toStrictEqual({ taken: false, notBefore: undefined });
    expect(memory.items.get(`case#${NAME} case`)).not.toHaveProperty('lease');
  });

  it('is let go at once where nothing is known of it', async () => {
    const memory = memoryPorts();
    expect(await takeFor(memory)).toMatchObject({ taken: false });
    expect(memory.items.get(`case#${NAME} case`)).not.toHaveProperty('lease');
  });

  it('is waited for where another holds it, whatever became of the request', async () => {
    const memory = withRequest({ attempt: 2 });
    await take(memory, 'A');
    expect(await takeFor(memory)).toEqual({ taken: false, notBefore: UNTIL });
  });
});

describe('letting go', () => {
  const ITEM = { requestId: 'R', pin: { keyName: NAME } } as RequestItem;

  it('lets the case go for everybody', async () => {
    const memory = memoryPorts();
    await take(memory, 'A');
    await releaseLease(memory.ports, ITEM, 'A');
    expect(await take(memory, 'B')).toMatchObject({ taken: true });
  });

  it.each([
    ['that another holds', ITEM, { lease: { holder: 'B', until: UNTIL } }],
    ['that nobody holds', ITEM, {}],
    ['of a request without a key', { ...ITEM, pin: undefined }, {}],
  ])('writes nothing to a case %s', async (_what, item, fields) => {
    const memory = memoryPorts();
    const found = { rev: 1, nonce: 'n', ...fields };
    memory.items.set(`case#${NAME} case`, found);
    await releaseLease(memory.ports, item as RequestItem, 'A');
    expect([...memory.items]).toEqual([[`case#${NAME} case`, found]]);
  });

  it('makes no case where there is none', async () => {
    const memory = memoryPorts();
    await releaseLease(memory.ports, ITEM, 'A');
    expect([...memory.items]).toEqual([]);
  });
});
