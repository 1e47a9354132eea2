import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../../functions/core/answer.ts';
import { kalshi } from '../../../../functions/providers/kalshi/index.ts';
import { answerTo, brief, callOf, converse, faultOf, NOW, order, probe, reply } from '../ask.ts';
import { keyIn, listOf, MANAGER, refusal, TARGET } from './keys.ts';

const HOST = 'external-api.kalshi.com';
const byManager = (more: Parameters<typeof order>[2] = {}) =>
  order('delete-key', keyIn(MANAGER), { ...more, aim: { self: false, keyId: TARGET, ...more.aim } });
const questions = (plan: ReturnType<typeof kalshi.plan>) =>
  plan.probes.map(({ as, questionId }) => `${as} ${questionId}`);

describe('a key that deletes itself', () => {
  const plan = kalshi.plan(order('delete-key', keyIn(TARGET)));

  it('asks for the list and deletes its own id, each signed, without a body', () => {
    const { sent } = converse(probe(plan, 'api_keys'), [reply(200, listOf([]))]);
    const calls = [...sent, callOf(plan).send(NOW)];
    expect(calls.map(({ changes, provider, host, path, body }) => [changes, provider, host, path, body])).toEqual([
      [false, 'kalshi', HOST, '/trade-api/v2/api_keys', undefined],
      [true, 'kalshi', HOST, `/trade-api/v2/api_keys/${TARGET}`, undefined],
    ]);
    expect(calls.map(({ method }) => method)).toEqual(['GET', 'DELETE']);
    expect(questions(plan)).toEqual([`self self@${HOST}`]);
    expect(callOf(plan)).toMatchObject({ asked: 'delete api_key', as: 'self', questionId: `self@${HOST}` });
  });

  it('is alive whatever its list names', () => {
    const lists = [listOf([TARGET]), listOf([]), listOf([MANAGER])];
    const answers = lists.map((list) => answerTo(probe(plan, 'api_keys'), reply(200, list)));
    expect(answers.map((answer) => [brief(answer), answer.code])).toEqual(Array(3).fill(['alive seen', '200']));
  });

  it('that a clearing member made can be deleted only in the web console, if at all', () => {
    const ask = (by: unknown) =>
      brief(
        answerTo(probe(plan, 'api_keys'), reply(200, { api_keys: [{ api_key_id: TARGET, fcm_subtrader_id: by }] })),
      );
    expect(ask('sub-7')).toBe('alive seen at last only-in-web-ui');
    expect(['', null, 7].map(ask)).toEqual(Array(3).fill('alive seen'));
  });

  it('is looked for only in the other realm', () => {
    const at = (environment: string) =>
      kalshi
        .plan(order('delete-key', keyIn(TARGET, environment)))
        .siblings.map(([name, { host }]) => `${name} ${host}`);
    expect(at('prod')).toEqual(['demo external-api.demo.kalshi.co']);
    expect(at('prod-elections')).toEqual(['demo external-api.demo.kalshi.co']);
    expect(at('demo-legacy')).toEqual([`prod ${HOST}`]);
    expect(kalshi.plan(byManager()).siblings).toEqual([]);
    expect(kalshi.plan(byManager()).elsewhere).toEqual([]);
    expect(
      kalshi
        .plan(byManager())
        .signerElsewhere?.()
        .map(([name]) => name),
    ).toEqual(['demo']);
    expect(plan.signerElsewhere).toBeUndefined();
    const managed = order('delete-key', keyIn(MANAGER), {
      aim: { self: false, keyId: TARGET, credential: keyIn(TARGET) },
    });
    const [[name, question] = []] = kalshi.plan(managed).elsewhere ?? [];
    expect([name, question?.host, question?.as]).toEqual(['demo', 'external-api.demo.kalshi.co', 'self']);
    const [, sibling] = plan.siblings[0] ?? [];
    expect(sibling && answerTo(sibling, reply(200, listOf([TARGET])))).toEqual({
      saw: 'alive',
      code: '200',
      identified: true,
    });
  });
});

describe('the list of a managing key', () => {
  const ask = (body: unknown, facts: Facts = {}) =>
    answerTo(probe(kalshi.plan(byManager({ facts })), 'api_keys'), reply(200, body));

  it('names the target, or not', () => {
    expect(ask(listOf([MANAGER, TARGET]))).toMatchObject({ saw: 'listed', code: '200', identified: true });
    expect(ask(listOf([MANAGER]))).toMatchObject({ saw: 'unlisted', code: '200' });
    expect(brief(ask(listOf([TARGET.toUpperCase()])))).toBe('listed seen');
  });

  it('is not whole where it has lost its own asker', () => {
    expect(ask(listOf([MANAGER])).facts).toMatchObject({ namesSigner: 'yes', keysNamed: '1' });
    expect(ask(listOf([])).facts).not.toHaveProperty('namesSigner');
    expect(ask(listOf([]), { namesSigner: 'yes' })).toEqual({
      saw: 'silent',
      means: { wait: 'unrecognised' },
      code: '200 not whole',
    });
    expect(brief(ask(listOf([TARGET]), { namesSigner: 'yes' }))).toBe('listed seen');
    expect(brief(ask(listOf([])))).toBe('unlisted');
  });

  it.each([
    ['a masked id', listOf([MANAGER, 'a952****608c'])],
    ['an id in other letters', listOf([MANAGER, 'ａ９５２'])],
    ['a further page', listOf([MANAGER], { cursor: 'next' })],
  ])('is not whole with %s, but names whom it names', (_what, list) => {
    expect(ask(list)).toEqual({ saw: 'silent', means: { wait: 'unrecognised' }, code: '200 not whole' });
    expect(brief(ask({ ...list, api_keys: [...list.api_keys, { api_key_id: TARGET }] }))).toBe('listed seen');
    expect(brief(ask(listOf([MANAGER], { cursor: '' })))).toBe('unlisted');
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
    expect(questions(plan)).toEqual([`managing ${MANAGER}@${HOST}/api_keys`]);
    expect(callOf(plan)).toMatchObject({ as: 'managing', questionId: `${MANAGER}@${HOST}/api_keys` });
    const [asked] = converse(probe(plan, 'api_keys'), [undefined]).sent;
    expect([asked?.method, asked?.host, asked?.path]).toEqual(['GET', HOST, '/trade-api/v2/api_keys']);
    expect(asked?.headers.reveal()['KALSHI-ACCESS-KEY']).toBe(MANAGER);
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
    [
      'another world',
      byManager({ aim: { credential: keyIn(TARGET, 'demo') } }),
      'refused/environment-mismatch',
      'Cannot reach a key of demo from prod: both keys must be in the same environment',
    ],
    [
      'an unknown operation',
      { ...byManager(), operation: 'constructor' },
      'refused/malformed',
      'Cannot do constructor at Kalshi: the operation must be one of delete-key',
    ],
  ])('is refused for %s', (_what, bad, ...expected) => {
    expect(faultOf(() => kalshi.plan(bad))).toEqual(expected);
  });

  it('is there for a delete, by the key itself or another, that a question can prove', () => {
    expect(kalshi.operations).toMatchObject({ 'delete-key': { kind: 'delete', signers: ['self', 'managing'] } });
    expect(Object.keys(kalshi.operations)).toEqual(['delete-key']);
    expect(kalshi.plan(byManager())).toMatchObject({ needsAll: false, provable: true });
  });

  it('never puts anything but an id into the path', () => {
    const ids = fc.oneof(
      fc.string(),
      fc.constantFrom('', ' ', '..', '../orders', `${TARGET}/..`, `${TARGET}?x=1`, `${TARGET}\n`),
    );
    fc.assert(
      fc.property(ids, (keyId) => {
        expect(faultOf(() => kalshi.plan(byManager({ aim: { keyId } })))).toEqual([
          'refused/malformed',
          'Cannot use this key id: it must be hexadecimal digits in the form 8-4-4-4-12',
        ]);
      }),
    );
    fc.assert(
      fc.property(fc.uuid(), (keyId) => {
        const { path } = callOf(kalshi.plan(byManager({ aim: { keyId } }))).send(NOW);
        expect(path).toBe(`/trade-api/v2/api_keys/${keyId}`);
      }),
    );
  });

  it('says what a delete takes from others', () =>
    expect(kalshi.plan(order('delete-key', keyIn(TARGET))).afterwards({}, undefined)).toEqual([
      'Afterwards this key can no longer sign for other keys of its user. If it is the last key, keys can only be managed in the provider’s web console',
    ]));

  it('forecasts what its facts say', () => {
    const plan = kalshi.plan(order('delete-key', keyIn(TARGET)));
    const list = {
      api_keys: [{ api_key_id: TARGET, scopes: ['read', 'trade'] }],
      api_key_region_expiration_ts: 1_700_000_000,
    };
    const { facts = {} } = answerTo(probe(plan, 'api_keys'), reply(200, list));
    expect(plan.forecast(facts, undefined)).toEqual([
      'The signing key does not have the scope write (it has read trade), so Kalshi will likely refuse the call. Another key of the same user can make the call. The provider’s web console can delete the key too',
      'The account’s location attestation lapses at 2023-11-14T22:13:20.000Z. After that Kalshi may refuse the call',
    ]);
    expect(plan.forecast({ scopes: '' }, undefined)).toEqual([
      expect.stringContaining('not have the scope write (it has none), so'),
    ]);
    expect([{ scopes: 'read write' }, {}].map((known) => plan.forecast(known, undefined))).toEqual([[], []]);
    expect(
      answerTo(probe(plan, 'api_keys'), reply(200, { ...list, api_key_region_expiration_ts: 1e300 })).facts,
    ).toEqual({ scopes: 'read trade' });
  });
});

describe('a control key', () => {
  const ask = (body: unknown, facts: Facts = {}, status = 200) => {
    const question = kalshi.control?.(keyIn(MANAGER), { keyId: TARGET, self: true, facts });
    if (question === undefined) throw new Error('Kalshi has a question for control keys');
    return { question, answer: answerTo(question, reply(status, body)) };
  };

  it('asks for the list of its user, at its own host', () => {
    const { question } = ask(listOf([MANAGER]));
    const [call] = converse(question, [reply(200, listOf([]))]).sent;
    expect(call).toMatchObject({ method: 'GET', changes: false, host: HOST, path: '/trade-api/v2/api_keys' });
    expect(call?.headers.reveal()).toMatchObject({ 'KALSHI-ACCESS-KEY': MANAGER });
    expect(question).toMatchObject({
      asked: 'api_keys',
      as: 'control',
      host: HOST,
      questionId: `control ${MANAGER}@${HOST}/api_keys`,
    });
  });

  it('is of the target’s user if one list names both', () => {
    expect(ask(listOf([MANAGER, TARGET])).answer).toEqual({
      saw: 'listed',
      code: '200',
      identified: true,
      facts: { sameAccount: 'yes' },
    });
    expect(ask(listOf([MANAGER])).answer).toStrictEqual({ saw: 'alive', code: '200' });
    const beside = { besides: `${MANAGER} other` };
    expect(ask(listOf([MANAGER]), beside).answer.facts).toEqual({ sameAccount: 'yes' });
    expect(ask(listOf([MANAGER]), { besides: 'other' }).answer.facts).toBeUndefined();
  });

  it('is refused as any key', () =>
    expect(brief(ask(refusal('NOT_FOUND'), {}, 401).answer)).toBe('silent stuck/credential-refused holds'));

  it('is found among the keys that the target’s own list names', () => {
    const own = (ids: readonly string[]) =>
      answerTo(probe(kalshi.plan(order('delete-key', keyIn(TARGET))), 'api_keys'), reply(200, listOf(ids))).facts;
    expect(own([TARGET, MANAGER.toUpperCase(), 'x'])).toMatchObject({ besides: `${MANAGER} x` });
    expect(own([TARGET])).not.toHaveProperty('besides');
    expect(own(Array.from({ length: 60 }, (_, n) => `k${n}`))?.['besides']?.split(' ')).toHaveLength(50);
  });
});
