import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../../functions/core/answer.ts';
import { requesty } from '../../../../functions/providers/requesty/index.ts';
import { answerTo, brief, callOf, converse, faultOf, NOW, order, probe, reply } from '../ask.ts';
import { keyIn, MANAGER, refusal, TARGET } from './keys.ts';

const HOST = 'api-v2.requesty.ai';
const PATH = '/v1/manage/apikey';
const byManager = (more: Parameters<typeof order>[2] = {}) =>
  order('delete-key', keyIn(MANAGER), { ...more, aim: { self: false, keyId: TARGET, ...more.aim } });
const questions = (plan: ReturnType<typeof requesty.plan>) =>
  plan.probes.map(({ as, questionId }) => `${as} ${questionId}`);

describe('identify', () => {
  const question = requesty.identify?.(requesty.credential({ apiKey: 'rqsty-sk-TEST' }));
  if (!question) throw new Error('Requesty has to identify its credentials');

  it('asks the bearer for its own id', () => {
    const { sent, answer } = converse(question, [
      reply(200, { id: TARGET.toUpperCase(), permissions: { manage: 'write' } }),
    ]);
    expect(sent.map(({ method, host, path, headers }) => [method, host, path, headers.reveal()])).toEqual([
      ['GET', HOST, `${PATH}/self`, { Authorization: 'Bearer rqsty-sk-TEST' }],
    ]);
    expect(answer).toEqual({ saw: 'alive', code: '200', identified: true, facts: { keyId: TARGET, manage: 'write' } });
  });

  it('says nothing of permissions that the reply has not', () => {
    expect(answerTo(question, reply(200, { id: TARGET, permissions: { manage: 7 } })).facts).toStrictEqual({
      keyId: TARGET,
    });
  });

  it.each(['', 'self', '../org', '1b4e28ba-2fa1-41d2-883f-0016d3cca427/..', 7, null])('takes %j for no id', (id) => {
    expect(brief(answerTo(question, reply(200, { id })))).toBe('silent retry/unrecognised');
  });
});

describe('a key that deletes itself', () => {
  const plan = requesty.plan(order('delete-key', keyIn(TARGET)));

  it('names its id in the path, with only its bearer', () => {
    const call = callOf(plan).send(NOW);
    expect({ ...call, headers: call.headers.reveal() }).toEqual({
      method: 'DELETE',
      changes: true,
      provider: 'requesty',
      host: HOST,
      path: `${PATH}/${TARGET}`,
      headers: { Authorization: 'Bearer rqsty-sk-TEST-1b4e' },
    });
    expect(callOf(plan)).toMatchObject({ asked: 'delete apikey', as: 'self', questionId: `self@${HOST}` });
    expect([questions(plan), plan.signer, plan.needsAll, plan.siblings, plan.provable]).toEqual([
      [`self self@${HOST}`],
      undefined,
      false,
      [],
      true,
    ]);
  });

  it('is alive only where the bearer is still that key', () => {
    const ask = (id: string) => answerTo(probe(plan, 'self'), reply(200, { id }));
    expect(brief(ask(TARGET))).toBe('alive seen');
    expect(ask(MANAGER)).toEqual({ saw: 'silent', means: { wait: 'unrecognised' }, code: 'another key' });
  });

  it('forecasts a refusal, or that it may be the last of its kind', () => {
    const forecast = (manage: string) => plan.forecast({ manage }, undefined);
    expect(forecast('read')).toEqual([
      'This key does not have the permission manage: write, so Requesty will likely refuse the call. A managing key can make the call. The provider’s web console can delete the key too',
    ]);
    expect(forecast('write')).toEqual([expect.stringMatching(/only be managed in the provider’s web console$/)]);
    expect(plan.forecast({}, undefined)).toEqual([]);
    expect(plan.afterwards({}, undefined)).toEqual([]);
    expect(plan.forecast({ signerManage: 'read' }, undefined)).toEqual([]);
  });
});

it('knows the form of its secrets in any text', () =>
  expect(['Bearer RQSTY-sk-1', 'rqsty-1'].map((text) => requesty.secretForms.some((form) => form.test(text)))).toEqual([
    true,
    false,
  ]));

describe('a managing key', () => {
  const plan = requesty.plan(byManager());

  it('is asked who it is, looks the target up and reads the list', () => {
    expect(plan.signer).toMatchObject({
      asked: 'self',
      as: 'managing',
      host: HOST,
      questionId: `${MANAGER}@${HOST}/self`,
    });
    const [check] = plan.signer ? converse(plan.signer, [undefined]).sent : [];
    expect([check?.path, check?.headers.reveal()]).toEqual([
      `${PATH}/self`,
      { Authorization: 'Bearer rqsty-sk-TEST-6fa4' },
    ]);
    expect(questions(plan)).toEqual([`managing ${MANAGER}@${HOST}/apikey`, `managing ${MANAGER}@${HOST}/apikeys`]);
    const sent = plan.probes.flatMap((question) => converse(question, [undefined]).sent);
    expect(sent.map(({ method, path }) => [method, path])).toEqual([
      ['GET', `${PATH}/${TARGET}`],
      ['GET', PATH],
    ]);
    expect([callOf(plan).send(NOW).path, callOf(plan).as, plan.needsAll]).toEqual([
      `${PATH}/${TARGET}`,
      'managing',
      true,
    ]);
  });

  it('tells whether it may manage, and nothing of the target', () => {
    if (!plan.signer) throw new Error('no signer to ask');
    const me = { id: MANAGER, permissions: { manage: 'read' } };
    const answer = answerTo(plan.signer, reply(200, me));
    expect(answer).toEqual({ saw: 'alive', code: '200', facts: { signerManage: 'read' } });
    expect(plan.forecast(answer.facts ?? {}, undefined)).toEqual([
      expect.stringMatching(/^The managing key does not have/),
    ]);
    expect([{}, { signerManage: 'write' }].map((known) => plan.forecast(known, undefined))).toEqual([[], []]);
    expect(answerTo(plan.signer, reply(200, { id: MANAGER }))).toStrictEqual({ saw: 'alive', code: '200' });
    expect(brief(answerTo(plan.signer, reply(200, { id: TARGET })))).toBe('silent retry/unrecognised');
    expect(brief(answerTo(plan.signer, reply(404, refusal('x'))))).toBe('silent stuck/request-rejected');
  });

  it('finds the target under its id', () => {
    const ask = (body: unknown) => answerTo(probe(plan, 'apikey'), reply(200, body));
    expect(ask({ id: TARGET, name: 'x' })).toEqual({ saw: 'listed', code: '200', identified: true });
    expect(ask({ id: MANAGER })).toEqual({ saw: 'silent', means: { wait: 'unrecognised' }, code: 'another key' });
    expect(brief(ask({ keys: [] }))).toBe('silent retry/unrecognised');
  });

  const list = (body: unknown, facts: Facts = {}) =>
    answerTo(probe(requesty.plan(byManager({ facts })), 'apikeys'), reply(200, body));
  const keys = (...ids: readonly string[]) => ({ keys: ids.map((id) => ({ id })) });

  it('finds the target in the list, or not', () => {
    expect(brief(list(keys(MANAGER, TARGET.toUpperCase())))).toBe('listed seen');
    expect(list(keys(MANAGER))).toEqual({
      saw: 'unlisted',
      code: '200',
      facts: { keysNamed: '1', namesSigner: 'yes' },
    });
    expect(brief(list(keys()))).toBe('unlisted');
    expect(list(keys(), { namesSigner: 'yes' })).toEqual({
      saw: 'silent',
      means: { wait: 'unrecognised' },
      code: '200 not whole',
    });
  });

  it.each([
    ['null', { keys: null }],
    ['a row of null', { keys: [null] }],
    ['a row without id', { keys: [{ name: 'x' }] }],
    ['nothing', {}],
  ])('cannot read a list with %s', (_what, body) => {
    expect(brief(list(body))).toBe('silent retry/unrecognised');
  });

  it("asks the target's own bearer as well, at the target's host", () => {
    const both = requesty.plan(byManager({ aim: { credential: keyIn(TARGET, 'legacy') } }));
    expect(questions(both)[0]).toBe('self self@api.requesty.ai');
    const { sent } = converse(probe(both, 'self'), [undefined]);
    expect(sent[0]?.headers.reveal()).toEqual({ Authorization: 'Bearer rqsty-sk-TEST-1b4e' });
    expect(callOf(both).send(NOW).headers.reveal()).toEqual({ Authorization: 'Bearer rqsty-sk-TEST-6fa4' });
  });
});

describe('a plan', () => {
  it.each([
    [
      'another world',
      byManager({ aim: { credential: keyIn(TARGET, 'eu') } }),
      'refused/environment-mismatch',
      'Cannot reach a key of eu from prod: both keys must be in the same environment',
    ],
    [
      'an unknown operation',
      { ...byManager(), operation: 'update' },
      'refused/malformed',
      'Cannot do update at Requesty: the operation must be one of delete-key',
    ],
  ])('is refused for %s', (_what, bad, ...expected) => {
    expect(faultOf(() => requesty.plan(bad))).toEqual(expected);
  });

  it('is there for a delete, by the key itself or another', () => {
    expect(requesty.operations).toMatchObject({ 'delete-key': { kind: 'delete', signers: ['self', 'managing'] } });
    expect(Object.keys(requesty.operations)).toEqual(['delete-key']);
  });

  it('never puts anything but an id into the path', () => {
    const ids = fc.oneof(
      fc.string(),
      fc.constantFrom('', ' ', 'self', 'SELF', '..', '../org', `${TARGET}/usage`, `${TARGET}\n`),
    );
    fc.assert(
      fc.property(ids, (keyId) => {
        expect(faultOf(() => requesty.plan(byManager({ aim: { keyId } })))[0]).toBe('refused/malformed');
      }),
    );
    fc.assert(
      fc.property(fc.uuid(), (keyId) => {
        expect(callOf(requesty.plan(byManager({ aim: { keyId } }))).send(NOW).path).toBe(`${PATH}/${keyId}`);
      }),
    );
  });
});

describe('a control key', () => {
  const question = requesty.control?.(keyIn(MANAGER), { keyId: TARGET, self: true, facts: {} });
  if (question === undefined) throw new Error('Requesty has a question for control keys');
  const ME = reply(200, { id: MANAGER });
  const ask = (...replies: Parameters<typeof converse>[1]) => converse(question, replies).answer;

  it('asks for itself, and then for the keys of its organisation', () => {
    const { sent } = converse(question, [ME, reply(200, { keys: [] })]);
    expect(sent.map(({ method, host, path }) => [method, host, path])).toEqual([
      ['GET', HOST, `${PATH}/self`],
      ['GET', HOST, PATH],
    ]);
    expect(sent.map(({ headers }) => headers.reveal())).toEqual(
      Array(2).fill({ Authorization: `Bearer rqsty-sk-TEST-${MANAGER.slice(0, 4)}` }),
    );
    expect(question).toMatchObject({ asked: 'self', as: 'control', host: HOST, questionId: `control@${HOST}/self` });
  });

  it('is of the target’s organisation if its list names the target', () => {
    expect(ask(ME, reply(200, { keys: [{ id: TARGET.toUpperCase() }] }))).toEqual({
      saw: 'listed',
      code: '200',
      identified: true,
      facts: { keyId: MANAGER, sameAccount: 'yes' },
    });
    const ALIVE = { saw: 'alive', code: '200', facts: { keyId: MANAGER } };
    expect(ask(ME, reply(200, { keys: [{ id: MANAGER }] }))).toStrictEqual(ALIVE);
    expect(ask(ME, reply(403, refusal('no')))).toStrictEqual(ALIVE);
  });

  it('is refused as any key', () =>
    expect(brief(ask(reply(401, refusal('no'))))).toBe('silent stuck/credential-refused'));
});
