import { afterAll, describe, expect, it } from 'vitest';
import { SEED } from '../campaign/sample.ts';
import { sumOf } from './figures/lines.ts';
import type { Tally } from './figures/tally.ts';
import { KINDS } from './kinds/index.ts';
import type { Kind } from './kinds/kind.ts';
import { NOT_YET } from './kinds/not-yet.ts';
import { playKind } from './play-kind.ts';
import { runWorld } from './run-world.ts';

/** Of each kind, in the gate; `npm run worlds` plays thousands. */
const WORLDS = 15;
const PROMPT_MS = 5_000;

const kindNamed = (name: string): Kind => {
  const kind = KINDS.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`Cannot play ${name}: it must be a kind of world`);
  return kind;
};

const played = new Map<string, Promise<Tally>>();
const play = (name: string): Promise<Tally> => {
  const tally = played.get(name) ?? playKind(kindNamed(name), { seed: SEED, worlds: WORLDS });
  played.set(name, tally);
  return tally;
};

const NAMES = KINDS.map(({ name }) => name);

afterAll(async () => console.log(sumOf(await Promise.all(played.values()), WORLDS)));

describe(`in a sample of the worlds, drawn by the seed ${SEED}`, () => {
  it.each(NAMES.filter((name) => NOT_YET[name] === undefined))('no law is broken: %s', async (name) => {
    const { examples, ends } = await play(name);
    expect(examples).toEqual([]);
    expect(ends).not.toHaveProperty('none');
  });

  it.each(Object.entries(NOT_YET))('the list of what does not hold yet is still true: %s', async (name, { world }) => {
    const { breaches } = await runWorld(kindNamed(name), 1, world);
    const holds = `World ${world} of "${name}" holds now: take the kind off the list, or name another world of it`;
    expect(breaches.length, holds).toBeGreaterThan(0);
  });

  it.each(NAMES.filter((name) => name !== 'healthy'))('what is wrong shows: %s', async (name) => {
    expect((await play(name)).struck).toBeGreaterThan(0);
  });

  it('a healthy provider has nothing wrong, and the first word comes within 5 s', async () => {
    const { struck, saidMs } = await play('healthy');
    expect(struck).toBe(0);
    expect(saidMs.length).toBeGreaterThan(0);
    expect(Math.max(...saidMs)).toBeLessThan(PROMPT_MS);
  });
});
