import { expect, it } from 'vitest';
import { IS_FULL, SEED, sampleOf } from '../campaign/sample.ts';
import type { Expected, Fixture } from './fixture.ts';
import { type Poison, poisoned, poisonsOf } from './poison.ts';
import { casesOf, RELEASES } from './read-release.ts';
import { changed, leftovers, replayed, untrue } from './replay.ts';
import { openStage, type Stage } from './stage.ts';

interface Spoilt {
  readonly name: string;
  readonly fixture: Fixture;
  readonly expected: Expected;
  readonly poison: Poison;
}

const ALL: readonly Spoilt[] = RELEASES.flatMap((release) =>
  casesOf(release).flatMap(({ name, fixture, expected = { ends: {} } }) =>
    poisonsOf(fixture).map((poison) => ({
      name: `${name} | ${poison.place} ${poison.how}`,
      ...{ fixture, expected, poison },
    })),
  ),
);

/** Whether a request ended in a receipt, or waits where a person has been told. */
const isAccountedFor = ({ ledger, published }: Fixture, { said, table, queues }: Stage) => {
  const stored = ledger.flatMap(({ receipt }) => (receipt === undefined ? [] : [receipt]));
  const receipts = [...stored, ...published, ...said.map(({ receipt }) => receipt)];
  const isQuarantined = table.items().some(({ pk }) => pk.startsWith('quarantine#'));
  const open = table
    .items()
    .filter(({ pk, state }) => isQuarantined && pk.startsWith('request#') && state !== undefined);
  const waiting = [...open, ...queues.stuck().map(({ attributes }) => attributes)];
  const ids = new Set([
    ...receipts.map((one) => (typeof one === 'string' ? one : (one as { receiptId: string }).receiptId)),
    ...waiting.map((one) => `${one['requestId']}#${one['attempt']}`),
  ]);
  // A date whose version is lost is refused under another id: the id of its order is made of the version.
  const isRefused = said.some(({ receipt }) => receipt.code === 'tag-unreadable');
  return (id: string): boolean => ids.has(id) || (isRefused && id.startsWith('expiry-'));
};

/** What is false, lost or forbidden after all is done. Any end is a true one that says nothing false. */
const problemsAfter = (fixture: Fixture, { ends, isUntouched = false }: Expected, stage: Stage): readonly string[] => {
  const isKnown = isAccountedFor(fixture, stage);
  return [
    ...stage.said.flatMap(untrue),
    ...changed(fixture, stage),
    ...leftovers(fixture, { ends, isUntouched }, stage).filter((line) => !line.includes('the ledger holds quarantine')),
    ...Object.keys(ends).flatMap((id) => (isKnown(id) ? [] : [`${id} is lost`])),
  ];
};

/** What may be otherwise where a place cannot be read, and why. */
const EXEMPT: readonly (readonly [name: RegExp, problem: RegExp])[] = [
  // A decision to close a request that cannot be read closes nothing.
  [/^forgotten /, /^a call left$/],
  // A pause is there where its instant is.
  [/^control pausedAt gone$/, /^a call left$/],
  // A receipt that cannot be read is made again, in today's words. Tags are refused once more.
  [/^(request (receipt|ended)|sweep refused)/, /has two versions$/],
];

const isExempt = ({ place, how }: Poison, problem: string): boolean =>
  EXEMPT.some(([name, known]) => name.test(`${place} ${how}`) && known.test(problem));

/** Where a sweep begins again with the first page, the next ones read the rest. */
const sweptOn = async (fixture: Fixture, { pk }: Poison): Promise<Stage> => {
  const stage = await replayed(fixture);
  for (let more = pk === 'sweep#progress' ? 3 : 0; more > 0; more -= 1) {
    await stage.take('tick');
    await stage.drain();
  }
  return stage;
};

const asked = IS_FULL ? ALL : sampleOf(ALL, ({ poison }) => [poison.place, `${poison.pk.split('#')[0]} ${poison.how}`]);
const { POISON } = process.env;
const chosen = POISON === undefined ? asked : ALL.filter(({ name }) => name.includes(POISON));

it(`no item that cannot be read loses a request, says anything false or calls at another key`, async () => {
  const wrong: string[] = [];
  for (const { name, fixture, expected, poison } of chosen) {
    const bad = poisoned(fixture, poison);
    const found = problemsAfter(fixture, expected, await sweptOn(bad, poison));
    const problems = found.filter((problem) => !isExempt(poison, problem));
    if (problems.length > 0) wrong.push(`${name}: ${problems.join('; ')} (again: POISON='${name}')`);
  }
  console.log(`poisoned items: ${chosen.length} of ${ALL.length}, seed ${SEED}, ${wrong.length} with a problem`);
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(ALL.length).toBeGreaterThan(10_000);
}, 1_800_000);

it('the judge finds a request that is lost', async () => {
  const { fixture, expected } = ALL.find(({ name }) => name.startsWith('pinned: ')) as Spoilt;
  const stage = await openStage({ ...fixture, ledger: [], requests: [] }, { run: 2 });
  expect(problemsAfter({ ...fixture, ledger: [] }, expected, stage)).toContain('one#1 is lost');
});
