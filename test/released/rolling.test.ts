import { expect, it } from 'vitest';
import { IS_FULL, SEED, sampleOf } from '../campaign/sample.ts';
import { olderProduct } from './older-product.ts';
import { openProduct, type Ports } from './product.ts';
import { problemsOf } from './replay.ts';
import { type Cut, rolling, type Turn } from './rolling.ts';
import { openStage } from './stage.ts';
import { emptyOf } from './states/make.ts';
import { WAYS, type Way } from './states/ways.ts';

const older = await olderProduct('0.1.0');

/** One rolling deploy: which version gets the first delivery, and where the processes of the first two end. */
interface Deploy {
  readonly name: string;
  readonly way: Way;
  readonly first: Turn;
  readonly cuts: readonly Cut[];
  /** What is exchanged at the first cut. */
  readonly at: string;
}

/** Delivers the request of a way by turns, until it has ended. */
const deployed = async ({ way, first, cuts }: Pick<Deploy, 'way' | 'first' | 'cuts'>, today = openProduct) => {
  const { open, arm, exchanged, forbidden, turns } = rolling(first, { older, today });
  const stage = await openStage(emptyOf(way), { run: 1, open });
  const steps: (readonly string[])[] = [];
  stage.send({ ...way.request, requestId: 'one' });
  for (const cut of cuts) {
    if (stage.queues.next() === undefined) break;
    await stage.deliver(arm(cut));
    steps.push(exchanged());
  }
  void arm(undefined);
  if (steps.length === 0) {
    await stage.deliver();
    steps.push(exchanged());
  }
  await stage.drain();
  const ends = way.kind === 'updates' ? ['restricted'] : ['revoked', 'already-revoked'];
  const problems = problemsOf(emptyOf(way), { ends: { 'one#1': ends } }, stage);
  return { problems: [...problems, ...forbidden], steps, turns };
};

const TURNS: readonly Turn[] = ['older', 'today'];
const WHENS = ['before', 'after'] as const;

/** Each exchange of the first delivery as the place where its process ends. The second process ends somewhere as well, or not. */
const deploysOf = async (way: Way): Promise<readonly Deploy[]> => {
  const all: Deploy[] = [];
  for (const first of TURNS) {
    const { steps } = await deployed({ way, first, cuts: [] });
    for (const [index, at] of (steps[0] ?? []).entries())
      for (const when of WHENS)
        for (const second of [undefined, index + 3, 2 * index + 7]) {
          const cuts = [{ nth: index + 1, when }, ...(second === undefined ? [] : [{ nth: second, when }])];
          const places = cuts.map(({ nth }) => `${when} ${nth}`).join(', ');
          all.push({ name: `${way.name} | ${first} first, ends ${places}`, way, first, cuts, at: `${at} ${when}` });
        }
  }
  return all;
};

const ALL = (await Promise.all(WAYS.map(deploysOf))).flat();
const chosen = IS_FULL
  ? ALL
  : sampleOf(ALL, ({ way, first, at, cuts }) => [
      `${way.name} ${first} ${cuts.length}`,
      `${first} ${at}`,
      `${way.name} ${at}`,
    ]);

it('both versions at work on one key in turns say one true end, and today’s code sends no forbidden call', async () => {
  const wrong: string[] = [];
  let met = 0;
  for (const one of chosen) {
    const { problems, turns } = await deployed(one);
    met += TURNS.every((turn) => turns.includes(turn)) ? 1 : 0;
    if (problems.length > 0) wrong.push(`${one.name}: ${problems.join('; ')}`);
  }
  console.log(`rolling deploys: ${chosen.length} of ${ALL.length}, seed ${SEED}, ${wrong.length} with a problem`);
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(ALL.length).toBeGreaterThan(1_000);
  // A process that ended is followed by one of the other version.
  expect(met / chosen.length).toBeGreaterThan(0.9);
}, 1_800_000);

it.each<[string, RegExp, (send: Ports['send']) => Ports['send']]>([
  [
    'is not in its case',
    /^call 2 left, and the case has 1$/,
    (send) => async (call, until) => {
      const reply = await send(call, until);
      return call.method === 'GET' ? reply : send(call, until);
    },
  ],
  [
    'leaves before there is a lease',
    /^call 1 left without a lease$/,
    (send) => (call, until) => send({ ...call, method: 'POST' }, until),
  ],
])('the judge finds a call that %s', async (_what, problem, spoil) => {
  const today: typeof openProduct = (given) =>
    openProduct({
      ...given,
      around: (ports) => {
        const around = given.around(ports);
        return { ...around, send: spoil(around.send) };
      },
    });
  const way = WAYS.find(({ identifies }) => identifies > 0) as Way;
  const { problems } = await deployed({ way, first: 'today', cuts: [] }, today);
  expect(problems).toContainEqual(expect.stringMatching(problem));
});
