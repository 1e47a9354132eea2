import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../../functions/core/answer.ts';
import { hintFor } from '../../../../functions/core/provider.ts';
import { bybit } from '../../../../functions/providers/bybit/index.ts';
import { answerTo, brief, callOf, converse, faultOf, order, probe, reply } from '../ask.ts';
import { described, keyIn, MASTER, page, refusal, SECRET, SUB } from './keys.ts';

const SUB_ID = '100400345';
const MASTER_ID = '100400000';
const byMaster = (more: Parameters<typeof order>[2] = {}) =>
  order('delete-sub-key', keyIn(MASTER), {
    facts: { userID: MASTER_ID },
    ...more,
    aim: { self: false, keyId: SUB, locator: { subMemberId: SUB_ID }, ...more.aim },
  });
const names = (plan: ReturnType<typeof bybit.plan>) =>
  plan.probes.map(({ asked, as, host }) => `${asked} ${as} ${host}`);

describe('a key that signs for itself', () => {
  const OPERATIONS = [
    ['delete-master-key', true],
    ['delete-sub-key', false],
  ] as const;

  it.each(OPERATIONS)('%s wants the key to be of its kind', (operation, isMaster) => {
    const question = probe(bybit.plan(order(operation, keyIn(SUB))), 'query-api');
    expect(brief(answerTo(question, reply(200, described({ isMaster }))))).toBe('alive seen');
    expect(brief(answerTo(question, reply(200, described({ isMaster: !isMaster }))))).toBe(
      'alive refused/wrong-signer seen holds',
    );
  });

  const question = probe(bybit.plan(order('delete-sub-key', keyIn(SUB))), 'query-api');

  it('tells its account and its settings', () => {
    expect(answerTo(question, reply(200, described()))).toEqual({
      saw: 'alive',
      code: '0',
      identified: true,
      facts: { userID: SUB_ID, parentUid: '100400000', type: '1' },
      record: { readOnly: 0, permissions: { Wallet: ['AccountTransfer'], Spot: ['SpotTrade'] }, ips: ['*'] },
    });
  });

  it.each([
    ['permissions of null', { permissions: null }],
    ['a group of null', { permissions: { Spot: null } }],
    ['no addresses', { ips: undefined }],
    ['readOnly as a truth value', { readOnly: false }],
    ['readOnly of another number', { readOnly: 2 }],
  ])('is alive without settings where they cannot be read: %s', (_what, more) => {
    const answer = answerTo(question, reply(200, described(more)));
    expect([brief(answer), answer.record]).toEqual(['alive seen', undefined]);
  });

  it('gives no facts that it was not told', () => {
    const without = described({ userID: '100400345x', parentUid: undefined, type: undefined });
    expect(answerTo(question, reply(200, without)).facts).toStrictEqual({});
    expect(answerTo(question, reply(200, described({ userID: 'x100400345' }))).facts).toStrictEqual({
      parentUid: '100400000',
      type: '1',
    });
  });

  it.each([
    ['another key', { apiKey: MASTER }, 'another key'],
    ['no key', { apiKey: undefined }, '0'],
    ['no kind', { isMaster: undefined }, '0'],
    ['a kind of null', { isMaster: null }, '0'],
  ])('gives no verdict where it describes %s', (_what, more, code) => {
    expect(answerTo(question, reply(200, described(more)))).toEqual({
      saw: 'silent',
      means: { wait: 'unrecognised' },
      code,
    });
  });

  it('sends its call for itself, under the name of its path', () => {
    expect(callOf(bybit.plan(order('delete-sub-key', keyIn(SUB))))).toMatchObject({
      asked: 'delete-sub-api',
      as: 'self',
      questionId: 'self@api.bybit.com',
    });
  });

  it('is asked about at the sibling environments, each under its own host', () => {
    const at = (environment: string) =>
      bybit
        .plan(order('delete-sub-key', keyIn(SUB, environment)))
        .siblings.map(([name, { questionId }]) => [name, questionId]);
    const [main, testnet, demo] = [
      ['mainnet', 'self@api.bybit.com'],
      ['testnet', 'self@api-testnet.bybit.com'],
      ['demo', 'self@api-demo.bybit.com'],
    ];
    expect(at('mainnet')).toEqual([testnet, demo]);
    expect(at('mainnet-bytick')).toEqual([testnet, demo]);
    expect(at('testnet')).toEqual([main, demo]);
    expect(at('nl')).toEqual([main, testnet, demo]);
  });

  it('is asked about everywhere else before it is given up, under its own signature and at documented hosts', () => {
    const elsewhere = (asked: ReturnType<typeof order>) => bybit.plan(asked).elsewhere?.map(([name]) => name);
    const regions = ['nl', 'tr', 'kz', 'ae', 'id', 'ge', 'eu', 'jp', 'jp-testnet'];
    expect(elsewhere(order('delete-sub-key', keyIn(SUB)))).toEqual(regions);
    expect(elsewhere(order('delete-sub-key', keyIn(SUB, 'tr')))).toEqual(regions.filter((name) => name !== 'tr'));
    const aim = { self: false, keyId: SUB, locator: {} };
    expect(elsewhere(order('delete-sub-key', keyIn(MASTER), { aim }))).toEqual([]);
    const withSecret = { ...aim, credential: keyIn(SUB) };
    expect(elsewhere(order('delete-sub-key', keyIn(MASTER), { aim: withSecret }))).toEqual([
      'testnet',
      'demo',
      ...regions,
    ]);
  });

  it('has its master asked about everywhere else, if that is refused', () => {
    const names = (asked: ReturnType<typeof order>) =>
      bybit
        .plan(asked)
        .signerElsewhere?.()
        .map(([name, { host, as }]) => [name, host, as]);
    const aim = { self: false, keyId: SUB, locator: {} };
    const master = names(order('delete-sub-key', keyIn(MASTER, 'testnet'), { aim }));
    expect(master?.[0]).toEqual(['mainnet', 'api.bybit.com', 'self']);
    expect(master?.map(([name]) => name)).not.toContain('testnet');
    expect(names(order('delete-sub-key', keyIn(SUB)))).toBeUndefined();
  });

  it.each([
    ['tr', 10010, 'doubt stuck/ip-not-allowed holds'],
    ['tr', 10003, 'unknown'],
    ['eu', 10010, 'silent retry/unrecognised'],
    ['eu', 10003, 'unknown'],
    ['eu', 10004, 'silent stuck/credential-refused seen holds'],
  ])('is told in %s with %i', (environment, code, expected) => {
    const all = bybit.plan(order('delete-sub-key', keyIn(SUB))).elsewhere;
    const question = all?.find(([name]) => name === environment)?.[1] ?? expect.fail();
    expect(question.host).toBe(`api.bybit.${environment}`);
    expect(brief(answerTo(question, reply(200, refusal(code))))).toBe(expected);
    expect(brief(answerTo(question, reply(200, described())))).toBe('alive seen');
  });

  it('of eu that is refused for its address is for the web console first, and nowhere else', () => {
    expect(hintFor(bybit, 'eu', 'stuck/ip-not-allowed')).toMatch(/third-party applications.*web console first/);
    expect(hintFor(bybit, 'eu', 'stuck/region-refused')).toBe('');
    for (const name of Object.keys(bybit.environments).filter((other) => other !== 'eu'))
      expect(hintFor(bybit, name, 'stuck/ip-not-allowed')).toBe('');
  });

  it('is alive at a sibling whatever its kind', () => {
    const [, sibling] = bybit.plan(order('delete-master-key', keyIn(SUB))).siblings[0] ?? [];
    if (!sibling) throw new Error('no sibling');
    expect(brief(answerTo(sibling, reply(200, described())))).toBe('alive seen');
  });
});

describe('a master', () => {
  const check = bybit.plan(byMaster({ facts: {} })).signer;
  if (!check) throw new Error('a master has to be asked about itself');

  it('is asked first who it is, and gives its account', () => {
    const about = described({ apiKey: MASTER, isMaster: true, userID: 100400000, parentUid: '0' });
    expect(answerTo(check, reply(200, about))).toEqual({
      saw: 'alive',
      code: '0',
      facts: { userID: MASTER_ID, wallet: 'AccountTransfer', readOnly: '0' },
    });
    expect(check).toMatchObject({ as: 'managing', questionId: `${MASTER}@api.bybit.com/query-api` });
  });

  it.each([
    ['two permissions', { permissions: { Wallet: ['AccountTransfer', 'Withdraw'] } }, 'AccountTransfer Withdraw', '0'],
    ['no wallet', { permissions: {} }, undefined, '0'],
    ['settings that cannot be read', { permissions: null }, undefined, undefined],
  ])('gives what it knows of a wallet: %s', (_what, more, wallet, readOnly) => {
    const about = described({ apiKey: MASTER, isMaster: true, userID: 100400000, ...more });
    expect(answerTo(check, reply(200, about)).facts).toStrictEqual({
      userID: MASTER_ID,
      ...(wallet && { wallet }),
      ...(readOnly && { readOnly }),
    });
  });

  it('that is refused is no sign of the target', () => {
    expect(brief(answerTo(check, reply(200, refusal(10003))))).toBe('silent stuck/credential-refused holds');
  });

  it('has no siblings to ask for its target', () => {
    expect(bybit.plan(byMaster()).siblings).toEqual([]);
  });

  it('that is none may not sign', () => {
    expect(brief(answerTo(check, reply(200, described({ apiKey: MASTER }))))).toBe('alive refused/wrong-signer holds');
  });

  it('is asked for a list only once its account is known, since the list is kept under that', () => {
    expect(names(bybit.plan(byMaster({ facts: {} })))).toEqual([]);
    expect(bybit.plan(byMaster()).probes.map(({ questionId }) => questionId)).toEqual([
      `${MASTER}@api.bybit.com/sub-apikeys/${MASTER_ID}/${SUB_ID}`,
    ]);
  });

  it('names the key in its call', () => {
    const call = callOf(bybit.plan(byMaster())).send(1_700_000_000_000 as never);
    expect([call.host, call.path, call.body]).toEqual([
      'api.bybit.com',
      '/v5/user/delete-sub-api',
      `{"apikey":"${SUB}"}`,
    ]);
  });
});

describe('a list of a sub account', () => {
  const list = probe(bybit.plan(byMaster()), 'sub-apikeys');

  it('is read to its last page', () => {
    const { sent, answer } = converse(list, [
      reply(200, page(['A'], 'c/1')),
      reply(200, page(['B'], 'c2')),
      reply(200, page(['C'])),
    ]);
    expect(sent.map(({ path }) => path)).toEqual([
      `/v5/user/sub-apikeys?subMemberId=${SUB_ID}&limit=20`,
      `/v5/user/sub-apikeys?subMemberId=${SUB_ID}&limit=20&cursor=c%2F1`,
      `/v5/user/sub-apikeys?subMemberId=${SUB_ID}&limit=20&cursor=c2`,
    ]);
    expect(answer).toMatchObject({ saw: 'unlisted', code: '0' });
    // Only a list that names the key teaches where it is.
    expect(answer.facts).toEqual({ readSub: SUB_ID });
    expect(answer.walked).toEqual({ pages: 3, keyIds: ['A', 'B', 'C'] });
    const found = converse(list, [reply(200, page([SUB]))]).answer;
    expect(found.facts).toEqual({ readSub: SUB_ID, subMemberId: SUB_ID });
    expect(found).not.toHaveProperty('walked');
  });

  it.each([
    ['no page', undefined, 'silent retry/no-reply'],
    ['a limit', reply(200, refusal(10006)), 'silent retry/rate-limited'],
    [
      'rows of null',
      reply(200, { retCode: 0, result: { result: null, nextPageCursor: '' } }),
      'silent retry/unrecognised',
    ],
    ['no cursor', reply(200, { retCode: 0, result: { result: [] } }), 'silent retry/unrecognised'],
    [
      'a cursor of null',
      reply(200, { retCode: 0, result: { result: [], nextPageCursor: null } }),
      'silent retry/unrecognised',
    ],
    ['a row without key', reply(200, page([{ status: 3 }])), 'silent retry/unrecognised'],
    [
      'a row of null',
      reply(200, { retCode: 0, result: { result: [null], nextPageCursor: '' } }),
      'silent retry/unrecognised',
    ],
  ])('says nothing after %s in place of its second page', (_what, second, expected) => {
    expect(brief(converse(list, [reply(200, page(['A'], 'c1')), second]).answer)).toBe(expected);
  });

  it('without the target is no sign of it where a name is masked', () => {
    const others = ['SUBK****0001', `${SUB} `, 'ＳＵＢＫＥＹ'].map((name) =>
      answerTo(list, reply(200, page(['A', name]))),
    );
    expect(others.map(({ code, ...answer }) => [code, brief({ code, ...answer })])).toEqual(
      Array(3).fill(['masked names', 'silent retry/unrecognised']),
    );
    expect(brief(answerTo(list, reply(200, page(['SUBK****0002', SUB]))))).toBe('listed seen');
    expect(brief(answerTo(list, reply(200, page([SUB.toLowerCase()]))))).toBe('listed seen');
  });

  it('ends where its cursor never does', () => {
    const again = Array(50).fill(reply(200, page(['A'], 'again')));
    expect(converse(list, again)).toMatchObject({
      sent: { length: 2 },
      answer: { saw: 'silent', means: { wait: 'unrecognised' }, code: 'same cursor' },
    });
  });

  it('shows a key past its date as expired', () => {
    expect(answerTo(list, reply(200, page([{ apiKey: SUB, status: 2 }])))).toMatchObject({
      saw: 'expired',
      code: '0',
      identified: true,
    });
  });

  it('gives the settings only of a whole row', () => {
    const row = { apiKey: SUB, readOnly: true, ips: ['1.2.3.4'], permissions: { Spot: ['SpotTrade'] } };
    const record = (one: object) => answerTo(list, reply(200, page([{ ...one }]))).record;
    expect(record(row)).toEqual({ readOnly: 1, ips: ['1.2.3.4'], permissions: { Spot: ['SpotTrade'] } });
    expect(record({ ...row, readOnly: false })?.readOnly).toBe(0);
    expect(record({ ...row, ips: undefined })).toBeUndefined();
    expect(record({ ...row, permissions: undefined })).toBeUndefined();
    expect(record({ ...row, readOnly: 1 })).toBeUndefined();
  });

  it.each([10001, 400])('takes %i for a foreign sub account until that was read once', (code) => {
    const what = code === 400 ? reply(400) : reply(200, refusal(code));
    expect(brief(answerTo(list, what))).toBe('silent stuck/wrong-account');
    const known = bybit.plan(byMaster({ facts: { userID: MASTER_ID, readSub: SUB_ID } }));
    expect(brief(answerTo(probe(known, 'sub-apikeys'), what))).toBe('silent stuck/request-rejected');
  });
});

describe("a target with its own credential beside its master's", () => {
  const target = keyIn(SUB);
  const withOwn = (facts: Readonly<Record<string, string>>, subMemberId?: string) =>
    bybit.plan(
      byMaster({ facts, aim: { credential: target, locator: subMemberId === undefined ? {} : { subMemberId } } }),
    );

  it('is asked itself, tells its account, and is then looked up there', () => {
    const plan = withOwn({ userID: MASTER_ID });
    expect(names(plan)).toEqual(['query-api self api.bybit.com']);
    const { facts, record, ...answer } = answerTo(probe(plan, 'query-api'), reply(200, described()));
    expect(answer).toEqual({ saw: 'alive', code: '0', identified: true });
    expect(record?.permissions).toEqual({ Wallet: ['AccountTransfer'], Spot: ['SpotTrade'] });
    expect(facts).toEqual({ targetUserID: SUB_ID, parentUid: MASTER_ID, type: '1' });
    expect(names(withOwn({ userID: MASTER_ID, ...facts }))).toEqual([
      'query-api self api.bybit.com',
      'sub-apikeys managing api.bybit.com',
    ]);
  });

  it.each([
    [10006, 'mainnet', ['query-api self api.bybit.com', 'search managing api.bybit.com']],
    [10010, 'mainnet', ['query-api self api.bybit.com', 'search managing api.bybit.com']],
    [10003, 'mainnet', ['query-api self api.bybit.com']],
    [10010, 'demo', ['query-api self api-demo.bybit.com']],
  ])('is looked for, where only a doubt keeps it from telling its account: %i on %s', (code, environment, asked) => {
    const aim = { credential: keyIn(SUB, environment), locator: {} };
    const planWith = (facts: Facts) => bybit.plan(byMaster({ facts: { userID: MASTER_ID, ...facts }, aim }));
    const { facts = {} } = answerTo(probe(planWith({}), 'query-api'), reply(200, refusal(code)));
    expect(names(planWith(facts))).toEqual(asked);
    expect(names(planWith({ ...facts, searched: 'all' }))).toEqual(asked.slice(0, 1));
  });

  it('stops where it names another master, or none', () => {
    const end = (parentUid: string) => withOwn({ userID: MASTER_ID, targetUserID: SUB_ID, parentUid }).end;
    expect([end(MASTER_ID), end('7'), end('0')]).toEqual([undefined, 'stuck/wrong-account', 'stuck/wrong-account']);
  });

  it('does not stop before both accounts are known, but then also where the key was only named', () => {
    expect(withOwn({ targetUserID: SUB_ID, parentUid: '7' }).end).toBeUndefined();
    expect(withOwn({ userID: MASTER_ID, targetUserID: SUB_ID }).end).toBeUndefined();
    expect(bybit.plan(byMaster({ facts: { userID: MASTER_ID, parentUid: '7' } })).end).toBe('stuck/wrong-account');
  });

  it('can be proved gone though no sub account was found, as can one whose account is known', () => {
    const searched = '3 sub accounts with 4 keys';
    const plans = [
      withOwn({ userID: MASTER_ID, searched }),
      bybit.plan(byMaster({ facts: { userID: MASTER_ID, searched } })),
      bybit.plan(order('delete-sub-key', keyIn(SUB), { facts: { searched } })),
    ];
    expect(plans.map(({ provable, needsAll }) => [provable, needsAll])).toEqual(Array(3).fill([true, false]));
  });

  it('trusts its word on its account over the order', () => {
    const plan = withOwn({ userID: MASTER_ID, targetUserID: SUB_ID, parentUid: MASTER_ID }, '999');
    expect(probe(plan, 'sub-apikeys').questionId).toContain(`/${SUB_ID}`);
  });

  it('lives on the demo host while its production master signs', () => {
    const plan = bybit.plan(byMaster({ aim: { credential: keyIn(SUB, 'demo'), locator: {} } }));
    expect(names(plan)).toEqual(['query-api self api-demo.bybit.com']);
    expect(callOf(plan).send(0 as never).host).toBe('api.bybit.com');
    const foreign = { userID: MASTER_ID, targetUserID: '5', parentUid: '0' };
    const later = bybit.plan(byMaster({ facts: foreign, aim: { credential: keyIn(SUB, 'demo'), locator: {} } }));
    expect([later.end, names(later)]).toEqual([undefined, ['query-api self api-demo.bybit.com']]);
  });
});

describe('the operations', () => {
  it('are those of the provider’s pages', () => {
    const [self, either] = [{ signers: ['self'] }, { signers: ['self', 'managing'] }];
    expect(bybit.operations).toMatchObject({
      'delete-master-key': { kind: 'delete', ...self, of: 'master', path: '/v5/user/delete-api' },
      'delete-sub-key': { kind: 'delete', ...either, of: 'sub', path: '/v5/user/delete-sub-api' },
      'update-master-key': { kind: 'update', ...self, of: 'master', path: '/v5/user/update-api' },
      'update-sub-key': { kind: 'update', ...either, of: 'sub', path: '/v5/user/update-sub-api' },
    });
    expect(Object.keys(bybit.operations)).toHaveLength(4);
  });

  it('land within the receive window and a second', () => {
    expect(bybit.plan(byMaster()).landsWithinMs).toBe(6_000);
  });
});

describe('an order that cannot be', () => {
  const managed = (signer: string, target: string) =>
    byMaster({ signer: keyIn(MASTER, signer), aim: { credential: keyIn(SUB, target) } });

  it.each([
    ['a demo key for itself', order('delete-sub-key', keyIn(SUB, 'demo')), 'refused/wrong-signer'],
    ['a demo key for another', managed('demo', 'demo'), 'refused/wrong-signer'],
    ['a master of another world', managed('testnet', 'mainnet'), 'refused/environment-mismatch'],
    ['a testnet master for a demo key', managed('testnet', 'demo'), 'refused/environment-mismatch'],
    ['a production master for a testnet key', managed('mainnet', 'testnet'), 'refused/environment-mismatch'],
    ['an unknown operation', { ...byMaster(), operation: 'toString' }, 'refused/malformed'],
    ['an update without settings', { ...byMaster(), operation: 'update-sub-key' }, 'refused/malformed'],
  ])('is refused: %s', (_what, bad, expected) => {
    const [outcome, message] = faultOf(() => bybit.plan(bad));
    expect(outcome).toBe(expected);
    expect(message).toMatch(/^Cannot [^.]*: .*[^.]$/);
  });

  it('is told which operations there are', () => {
    expect(faultOf(() => bybit.plan({ ...byMaster(), operation: 'toString' }))[1]).toBe(
      'Cannot do toString at Bybit: the operation must be one of delete-master-key, delete-sub-key, update-master-key, update-sub-key',
    );
  });

  it('is none where both hosts are of one world', () => {
    expect(names(bybit.plan(managed('mainnet-bytick', 'mainnet')))).toContain('query-api self api.bybit.com');
  });
});

describe('a control key', () => {
  const CONTROL = 'CONTROLexample0001';
  const ask = (more: object, facts: Facts, self = false) => {
    const question = bybit.control?.(keyIn(CONTROL), { keyId: SUB, self, facts });
    if (question === undefined) throw new Error('Bybit has a question for control keys');
    return { question, answer: answerTo(question, reply(200, described({ apiKey: CONTROL, ...more }))) };
  };

  it('asks about itself', () => {
    const { question } = ask({}, {});
    const { sent } = converse(question, [reply(200, described({ apiKey: CONTROL }))]);
    expect(sent.map(({ method, path }) => [method, path])).toEqual([['GET', '/v5/user/query-api']]);
    expect(question).toMatchObject({
      asked: 'query-api',
      as: 'control',
      questionId: `${CONTROL}@api.bybit.com/query-api`,
    });
  });

  it('is refused as a key that signs for another one', () =>
    expect(brief(answerTo(ask({}, {}).question, reply(200, refusal(10003))))).toBe(
      'silent stuck/credential-refused holds',
    ));

  it.each<[string, object, Facts, boolean, Facts]>([
    ['a key of the same sub account', {}, { targetUserID: SUB_ID }, false, { sameAccount: 'yes' }],
    [
      'a key of another sub account of the master',
      { userID: 7 },
      { targetUserID: SUB_ID, parentUid: MASTER_ID },
      false,
      { sameAccount: 'yes' },
    ],
    [
      'a key of its master',
      { userID: Number(MASTER_ID), parentUid: '0' },
      { targetUserID: SUB_ID, parentUid: MASTER_ID },
      false,
      { sameAccount: 'yes' },
    ],
    ['a key of the same account that signs for itself', {}, { userID: SUB_ID }, true, { sameAccount: 'yes' }],
    ['the account of the signer is not that of the target', {}, { userID: SUB_ID }, false, {}],
    ['another master', { userID: 7, parentUid: '0' }, { userID: '8', parentUid: '0' }, true, { sameAccount: 'no' }],
    ['nothing is known of the target', {}, {}, true, {}],
    ['nothing is known of the control key', { userID: undefined, parentUid: undefined }, { userID: SUB_ID }, true, {}],
  ])('tells whether both are of one account: %s', (_what, more, facts, self, expected) =>
    expect(ask(more, facts, self).answer).toEqual({ saw: 'alive', code: '0', facts: { keyId: CONTROL, ...expected } }),
  );
});

describe('a credential whose identifier may be a secret', () => {
  const CLAIMED = 'CLAIMEDexample000001';
  const credential = bybit.credential({ apiKey: CLAIMED, apiSecret: SECRET });
  const whose = bybit.identify?.(credential);
  if (whose === undefined) throw new Error('Bybit has to name such a key');

  it('is asked about itself, as a key that signs for itself is', () => {
    const { sent } = converse(whose, [reply(200, described({ apiKey: CLAIMED }))]);
    expect(sent.map(({ method, host, path }) => [method, host, path])).toEqual([
      ['GET', 'api.bybit.com', '/v5/user/query-api'],
    ]);
    expect(whose).toMatchObject({ asked: 'query-api', as: 'self', questionId: 'self@api.bybit.com' });
  });

  it('is named by its own record', () =>
    expect(answerTo(whose, reply(200, described({ apiKey: CLAIMED })))).toEqual({
      saw: 'alive',
      code: '0',
      identified: true,
      facts: { keyId: CLAIMED },
    }));

  it.each([
    ['another key’s record', described()],
    ['an unknown key', refusal(10003)],
    ['a wrong signature', refusal(10004)],
    ['an address that is not allowed', refusal(10010)],
    ['an expired key', refusal(33004)],
    ['a limit', refusal(10006)],
  ])('is not named by %s', (_what, body) => expect(answerTo(whose, reply(200, body)).facts?.['keyId']).toBeUndefined());

  it('is named as a control key too', () => {
    const question = bybit.control?.(credential, { keyId: SUB, self: false, facts: {} });
    if (question === undefined) throw new Error('Bybit has a question for control keys');
    expect(answerTo(question, reply(200, described({ apiKey: CLAIMED })))).toMatchObject({
      saw: 'alive',
      facts: { keyId: CLAIMED },
    });
    expect(answerTo(question, reply(200, refusal(10003))).facts).toBeUndefined();
  });
});
