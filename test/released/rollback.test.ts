import { describe, expect, it } from 'vitest';
import type { Fixture } from './fixture.ts';
import { olderProduct } from './older-product.ts';
import { expectationsOf, expectedOf } from './read-release.ts';
import { problemsOf, replayed } from './replay.ts';
import type { Stage } from './stage.ts';
import { STATES } from './states/index.ts';
import { made } from './states/make.ts';
import { SUB_BY_MASTER } from './states/ways.ts';

const older = await olderProduct('0.1.0');
const expectations = expectationsOf('0.1.0');

/** Where today's code leaves another state than 0.1.0 did under that name: what may be otherwise. */
const OTHERWISE: Readonly<Record<string, readonly RegExp[]>> = {
  // The message has another random id, and its refusal is kept under that id.
  'refused, id reused': [/^0{8}-\S+ was (never published|published as (refused\/request-id-reused|already-revoked);)/],
  // Inside the settle window the request was sent again, and has killed the key once more.
  'lives again, found by the second look': [
    /^the findings about one must be \[resurrected\]; they are \[\]$/,
    /^one#2 was published as revoked; no request expects it$/,
    /^two#1 must end as revoked; it ended as already-revoked$/,
  ],
};

/** Every state that today's code leaves behind, each way that it arises. */
const LEFT = STATES.flatMap((state) => state.ways.map((way) => ({ name: `${state.name}: ${way.name}`, state, way })));

describe('after a rollback to 0.1.0', () => {
  it.each(LEFT)('what today’s code has stored and sent reaches a true end, $name', async ({ state, way }) => {
    const expected = expectedOf(expectations, state.name, way.name);
    if (expected === undefined) throw new Error('Cannot judge the state: expected.json lacks it');
    const fixture = await made(state, way);
    const found = problemsOf(fixture, expected, await replayed(fixture, older));
    expect(found.filter((problem) => !OTHERWISE[state.name]?.some((known) => known.test(problem)))).toEqual([]);
  });

  const claimed = STATES.find(({ name }) => name === 'claimed');
  const stateOf = async (request: object): Promise<Fixture> => {
    if (claimed === undefined) throw new Error('Cannot begin without the state "claimed"');
    return made(claimed, { ...SUB_BY_MASTER, request: { ...SUB_BY_MASTER.request, ...request } });
  };
  const endsIn = ({ said }: Stage): readonly unknown[] =>
    said.flatMap(({ receipt: { outcome, code, final } }) => (final ? [[outcome, code].filter(Boolean).join('/')] : []));

  it('it is that release’s own code that runs', async () => {
    const fixture = await stateOf({});
    const { table } = await replayed({ ...fixture, ledger: [] }, older);
    expect(table.items().filter(({ schema }) => schema !== undefined)).toEqual([]);
    expect(fixture.ledger.filter(({ schema }) => schema === undefined)).toEqual([]);
  });

  describe('a redrive that today’s command line has sent', () => {
    const onTheQueue = STATES.find(({ name }) => name === 'redriven, on the queue');
    const [way] = onTheQueue?.ways ?? [];
    /** How it ends there, with these of the names that its attributes have. */
    const endsWith = async (isKept: (name: string) => boolean): Promise<readonly unknown[]> => {
      if (onTheQueue === undefined || way === undefined) throw new Error('Cannot begin without the state');
      const fixture = await made(onTheQueue, way);
      const requests = fixture.requests.map((message) => {
        const { requestId = '', attempt = '' } = message.attributes;
        const both = { ...message.attributes, 'key-revoker-request-id': requestId, 'key-revoker-attempt': attempt };
        return { ...message, attributes: Object.fromEntries(Object.entries(both).filter(([name]) => isKept(name))) };
      });
      return endsIn(await replayed({ ...fixture, requests, next: [] }, older));
    };

    it('is its next attempt, since the names of 0.1.0 are there as well', async () =>
      expect(await endsWith(() => true)).toHaveLength(1));

    it('would be answered in silence without them', async () =>
      expect(await endsWith((name) => name.startsWith('key-revoker-'))).toEqual([]));
  });

  describe('an end with a code that it does not know', () => {
    const CODE = 'stuck/access-denied';
    /** A state whose request has ended with another outcome, with that code in its place. */
    const deniedIn = async (name: string, outcome: string): Promise<Fixture> => {
      const state = STATES.find((one) => one.name === name);
      const [way] = state?.ways ?? [];
      if (state === undefined || way === undefined) throw new Error(`Cannot begin without the state ${name}`);
      const fixture = await made(state, way);
      const [, code = outcome] = outcome.split('/');
      const ledger = JSON.stringify(fixture.ledger)
        .replaceAll(`"outcome":"${outcome}"`, `"outcome":"${CODE}"`)
        .replaceAll(`"code":"${code}"`, '"code":"access-denied"');
      expect(ledger).toContain(CODE);
      return { ...fixture, ledger: JSON.parse(ledger) };
    };

    it('is published as it is stored', async () => {
      const stage = await replayed(await deniedIn('stuck, no copy sent', 'stuck/credential-refused'), older);
      expect(endsIn(stage)).toEqual([CODE]);
      expect([stage.warnings, stage.queues.requests()]).toEqual([[], []]);
    });

    it('is redriven', async () => {
      const stage = await replayed(await deniedIn('stuck, credential refused', 'stuck/credential-refused'), older);
      expect(endsIn(stage)).toEqual(['revoked']);
    });

    it('waits for a later release where its receipt was not made, as the page says', async () => {
      const fixture = await deniedIn('ended in its case', 'revoked');
      const stage = await replayed(fixture, older);
      expect([endsIn(stage), stage.queues.requests()]).toMatchObject([[], [{ id: expect.any(String) }]]);
      expect(stage.warnings).toContain('record failed | TypeError');
      expect(endsIn(await replayed(fixture))).toEqual([CODE]);
    });
  });

  it('a message that names its locator apart is refused, as the page says, and its key stays', async () => {
    const { target } = SUB_BY_MASTER.request as { readonly target: { readonly subMemberId: string } };
    const { subMemberId, ...named } = target;
    const fixture = await stateOf({ target: { ...named, locator: { subMemberId } } });
    const stage = await replayed(fixture, older);
    expect(endsIn(stage)).toEqual(['refused/malformed']);
    expect(stage.said.every(({ isHeld }) => !isHeld)).toBe(true);
    // The stored request has the form of 0.1.0: the daily pass sends it again, and the key is deleted then.
    await stage.take({ minutes: 60 * 40 });
    await stage.take('tick');
    await stage.drain();
    expect(endsIn(stage)).toEqual(['refused/malformed', 'revoked']);
  });
});
