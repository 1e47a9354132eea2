import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../../functions/core/answer.ts';
import { kalshi } from '../../../../functions/providers/kalshi/index.ts';
import { answerTo, brief, callOf, converse, faultOf, NOW, order, probe, reply } from '../ask.ts';
import { keyIn, listOf, MANAGER, refusal, TARGET } from './keys.ts';

const HOST = 'external-api.kalshi.com';
const byManager = (more: Parameters<typeof order>[2] = {}) =>
  order('delete-key', keyIn(MANAGER), { ...more, aim: { self: false, keyId: TARGET, ...more.aim } });
const questions = (plan: ReturnType<typeof kalshi.plan>) => plan.probes.map(({ as, seenBy }) => `${as} ${seenBy}`);

describe('a key that deletes itself', () => {
  const plan = kalshi.plan(order('delete-key', keyIn(TARGET)));

  it('asks for the list and deletes its own id, each signed, without a body', () => {
    const { sent } = converse(probe(plan, 'api_keys'), [reply(200, listOf([]))]);
    const calls = [...sent, callOf(plan).send(NOW)];
    expect(calls.map(({ method, host, path, body }) => [method, host, path, body])).toEqual([
      ['GET', HOST, '/trade-api/v2/api_keys', undefined],
      ['DELETE', HOST, `/trade-api/v2/api_keys/${TARGET}`, undefined],
    ]);
    expect([questions(plan), callOf(plan).seenBy]).toEqual([[`self self@${HOST}`], `self@${HOST}`]);
  });

  it('is alive whatever its list names', () => {
    const lists = [listOf([TARGET]), listOf([]), listOf([MANAGER])];
    expect(lists.map((list) => brief(answerTo(probe(plan, 'api_keys'), reply(200, list))))).toEqual(
      Array(3).fill('alive seen'),
    );
  });

  it('that a clearing member made can be deleted in the web page alone, if at all', () => {
    const list = { api_keys: [{ api_key_id: TARGET, fcm_subtrader_id: 'x' }] };
    expect(brief(answerTo(probe(plan, 'api_keys'), reply(200, list)))).toBe('alive seen at last only-in-web-ui');
  });

  it('is looked for in the other world alone', () => {
    const at = (environment: string) =>
      kalshi
        .plan(order('delete-key', keyIn(TARGET, environment)))
        .siblings.map(([name, { host }]) => `${name} ${host}`);
    expect(at('prod')).toEqual(['demo external-api.demo.kalshi.co']);
    expect(at('prod-elections')).toEqual(['demo external-api.demo.kalshi.co']);
    expect(at('demo-legacy')).toEqual([`prod ${HOST}`]);
    expect(kalshi.plan(byManager()).siblings).toEqual([]);
  });
});

describe('the list of a managing key', () => {
  const ask = (body: unknown, facts: Facts = {}) =>
    answerTo(probe(kalshi.plan(byManager({ facts })), 'api_keys'), reply(200, body));

  it('names the target, or not', () => {
    expect(brief(ask(listOf([MANAGER, TARGET])))).toBe('listed seen');
    expect(brief(ask(listOf([MANAGER])))).toBe('unlisted');
    expect(brief(ask(listOf([TARGET.toUpperCase()])))).toBe('listed seen');
  });

  it('is not whole where it has lost its own asker', () => {
    expect(ask(listOf([MANAGER])).facts).toMatchObject({ namesSigner: 'yes', keysNamed: '1' });
    expect(ask(listOf([])).facts).not.toHaveProperty('namesSigner');
    expect(brief(ask(listOf([]), { namesSigner: 'yes' }))).toBe('silent retry/unrecognised');
    expect(brief(ask(listOf([TARGET]), { namesSigner: 'yes' }))).toBe('listed seen');
    expect(brief(ask(listOf([])))).toBe('unlisted');
  });

  it.each([
    ['null', { api_keys: null }],
    ['nothing', {}],
    ['a row of null', { api_keys: [null] }],
    ['a row without id', { api_keys: [{ name: 'x' }] }],
    ['an id of null', { api_keys: [{ api_key_id: null }] }],
    ['an object', { api_keys: {} }],
  ])('is not empty, but unreadable, with %s', (_what, body) => {
    expect(brief(ask(body))).toBe('silent retry/unrecognised');
  });

  it('is kept under its asker, and its 404 says nothing of the target', () => {
    const plan = kalshi.plan(byManager());
    expect([questions(plan), callOf(plan).seenBy]).toEqual([
      [`managing ${MANAGER}@${HOST}/api_keys`],
      `${MANAGER}@${HOST}/api_keys`,
    ]);
    expect(brief(answerTo(probe(plan, 'api_keys'), reply(404, refusal('', 'not_found'))))).toBe(
      'silent retry/unrecognised',
    );
  });

  it("stands beside the target's own question, which tells nothing of the signer", () => {
    const plan = kalshi.plan(byManager({ aim: { credential: keyIn(TARGET, 'prod-elections') } }));
    expect(questions(plan)).toEqual(['self self@api.elections.kalshi.com', `managing ${MANAGER}@${HOST}/api_keys`]);
    expect(answerTo(probe(plan, 'api_keys', 'self'), reply(200, listOf([TARGET]))).facts).toBeUndefined();
  });
});

describe('a plan', () => {
  it.each([
    ['another world', byManager({ aim: { credential: keyIn(TARGET, 'demo') } }), 'refused/environment-mismatch'],
    ['an unknown operation', { ...byManager(), operation: 'constructor' }, 'refused/malformed'],
  ])('is refused for %s', (_what, bad, expected) => {
    expect(faultOf(() => kalshi.plan(bad))[0]).toBe(expected);
  });

  it('never puts anything but an id into the path', () => {
    const ids = fc.oneof(
      fc.string(),
      fc.constantFrom('', ' ', '..', '../orders', `${TARGET}/..`, `${TARGET}?x=1`, `${TARGET}\n`),
    );
    fc.assert(
      fc.property(ids, (keyId) => {
        expect(faultOf(() => kalshi.plan(byManager({ aim: { keyId } })))[0]).toBe('refused/malformed');
      }),
    );
    fc.assert(
      fc.property(fc.uuid(), (keyId) => {
        const { path } = callOf(kalshi.plan(byManager({ aim: { keyId } }))).send(NOW);
        expect(path).toBe(`/trade-api/v2/api_keys/${keyId}`);
      }),
    );
  });

  it('forecasts what its facts say', () => {
    const plan = kalshi.plan(order('delete-key', keyIn(TARGET)));
    const list = { api_keys: [{ api_key_id: TARGET, scopes: ['read'] }], api_key_region_expiration_ts: 1_700_000_000 };
    const { facts = {} } = answerTo(probe(plan, 'api_keys'), reply(200, list));
    expect(plan.forecast(facts, undefined)).toEqual([
      'The signing key has the scopes read and not write, so Kalshi will likely refuse the call',
      "The account's location attestation lapses at 2023-11-14T22:13:20.000Z; past that Kalshi may refuse the call",
    ]);
    expect(plan.forecast({ scopes: 'read write' }, undefined)).toEqual([]);
    expect(
      answerTo(probe(plan, 'api_keys'), reply(200, { ...list, api_key_region_expiration_ts: 1e300 })).facts,
    ).toEqual({ scopes: 'read' });
  });
});
