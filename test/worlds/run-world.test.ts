import { describe, expect, it } from 'vitest';
import type { Answer } from '../../functions/core/answer.ts';
import { reading } from '../faults/world/spoilt.ts';
import { BY_MANAGER, DELETES, type Kind } from './kinds/kind.ts';
import { shareOfNodes } from './kinds/nodes.ts';
import { droppedJobs, lostCalls } from './kinds/outages.ts';
import { oneKeyOnly, restored } from './kinds/people.ts';
import { both } from './life/both.ts';
import { runWorld } from './run-world.ts';

const play = (kind: Omit<Kind, 'name'>, count = 8) =>
  Promise.all(Array.from({ length: count }, (_, number) => runWorld({ name: 'test', ...kind }, 1, number)));

const healthy: Kind = { name: 'healthy', orders: DELETES, draw: () => ({ says: 'nothing' }) };

describe('a world', () => {
  it('is the same for the same kind, seed and number, and another for another', async () => {
    const kind = { ...healthy, draw: shareOfNodes('probe', 'for a time') };
    const [one, same, ...others] = await Promise.all(
      (
        [
          [1, 1],
          [1, 1],
          [1, 2],
          [2, 1],
        ] as const
      ).map(([seed, number]) => runWorld(kind, seed, number)),
    );
    expect(same).toEqual(one);
    for (const other of others) expect(other.name).not.toBe(one?.name);
  });

  it('that is healthy sees the key die, and the word after that', async () => {
    for (const { livedMs = 0, revokedMs = 0, twoProbesMs = 0, breaches, isEarly } of await play(healthy, 3)) {
      expect(livedMs).toBeGreaterThan(0);
      expect(revokedMs).toBeGreaterThan(livedMs);
      expect(twoProbesMs).toBeGreaterThan(livedMs);
      expect([breaches, isEarly]).toEqual([[], false]);
    }
  });

  it('whose key lives for ever says so', async () => {
    const dropped = await play({
      orders: BY_MANAGER,
      draw: ({ ...draw }) => droppedJobs({ ...draw, among: FOR_EVER }),
    });
    for (const { livedMs, ends } of dropped) {
      expect(livedMs).toBe(Number.POSITIVE_INFINITY);
      expect(ends).not.toContain('revoked');
    }
  });
});

/** Of the things to choose among, the last. */
const FOR_EVER = <T>(things: readonly T[]): T => things.at(-1) as T;

/** A share of the nodes accepts the key for ever, and the function says of every key that is gone that it is dead. */
const saidTooMuch =
  (share: number): Kind['draw'] =>
  (draw) => ({
    ...shareOfNodes('probe', 'for ever')({ ...draw, random: () => share }),
    ours: ({ outbox, ...ports }) => ({
      ...ports,
      outbox: {
        ...outbox,
        publish: (receipt) => outbox.publish(receipt.keyState === 'gone' ? { ...receipt, keyState: 'dead' } : receipt),
      },
    }),
  });

describe('the judge', () => {
  it('finds a living key that is said to be gone', async () => {
    const unlisted: Answer = { saw: 'unlisted', code: '200' };
    const spoiled: Kind['draw'] = (draw) => ({
      ...droppedJobs({ ...draw, among: FOR_EVER }),
      ours: reading(unlisted),
    });
    const found = (await play({ orders: BY_MANAGER, draw: spoiled })).flatMap(({ breaches }) => breaches);
    expect(found).toContain('L1: revoked while the key lived');
  });

  it('finds a node that accepts a key which is said to be dead', async () => {
    const found = await play({ orders: DELETES, draw: saidTooMuch(0.9) });
    expect(found.flatMap(({ breaches }) => breaches)).toContain('L1: said to be dead while a node accepts the key');
    expect(found.filter(({ isEarly }) => isEarly).length).toBeGreaterThan(0);
    expect(found.map(({ livedMs }) => livedMs)).toContain(Number.POSITIVE_INFINITY);
  });

  it('does not ask the impossible: few nodes that accept the key for longer than a window', async () => {
    const found = await play({ orders: DELETES, draw: saidTooMuch(0) });
    const said = found.flatMap(({ breaches }) => breaches);
    expect(said).not.toContain('L1: said to be dead while a node accepts the key');
    expect(found.map(({ isEarly }) => isEarly)).toContain(true);
  });
});

describe('two things that are wrong', () => {
  it('both show', async () => {
    const [one] = await play({ orders: DELETES, draw: (draw) => both(oneKeyOnly(), lostCalls(draw)) }, 1);
    expect(one?.name).toMatch(/the account has no other key, \d calls without a reply/);
    expect(one?.isStruck).toBe(true);
  });
});

it('a key that a person brings back is found, and is not said to be dead again', async () => {
  const found = await play({ orders: DELETES, draw: restored });
  expect(found.flatMap(({ breaches }) => breaches)).toEqual([]);
  expect(found.some(({ isStruck }) => isStruck)).toBe(true);
});
