import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bybit } from '../../../../functions/providers/bybit/index.ts';
import { answerTo, BROKEN, brief, callOf, converse, meant, NOW, order, probe, reply, waitsUntil } from '../ask.ts';
import { described, keyIn, MASTER, page, refusal, SUB } from './keys.ts';

const own = bybit.plan(order('delete-sub-key', keyIn(SUB)));
const managed = bybit.plan(
  order('delete-sub-key', keyIn(MASTER), {
    aim: { self: false, keyId: SUB, locator: { subMemberId: '100400345' } },
    facts: { userID: '100400000', readSub: '100400345' },
  }),
);
const ask = {
  own: probe(own, 'query-api'),
  list: probe(managed, 'sub-apikeys'),
  ownCall: callOf(own),
  managedCall: callOf(managed),
};

const read = (what: ReturnType<typeof reply>) =>
  [answerTo(ask.own, what), answerTo(ask.list, what), ask.ownCall.read(what), ask.managedCall.read(what)] as const;

const SKEWED = 'silent retry/clock-skew';
const LIMITED = 'silent retry/rate-limited';
const DOWN = 'silent retry/provider-down';
const UNKNOWN = 'silent retry/unrecognised';
const REFUSED = 'silent stuck/credential-refused holds';

type Row = readonly [code: number, own: string, list: string, ownCall: string, managedCall: string];

const CODES: readonly Row[] = [
  [-1, SKEWED, SKEWED, 'rejected retry/clock-skew', 'rejected retry/clock-skew'],
  [10002, SKEWED, SKEWED, 'rejected retry/clock-skew', 'rejected retry/clock-skew'],
  [10000, DOWN, DOWN, DOWN, DOWN],
  [10016, DOWN, DOWN, DOWN, DOWN],
  [10014, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
  [429, LIMITED, LIMITED, 'rejected retry/rate-limited', 'rejected retry/rate-limited'],
  [10006, 'doubt retry/rate-limited', LIMITED, 'rejected retry/rate-limited', 'rejected retry/rate-limited'],
  [10018, LIMITED, LIMITED, 'rejected retry/rate-limited', 'rejected retry/rate-limited'],
  [
    10001,
    'silent stuck/request-rejected',
    'silent stuck/request-rejected',
    'rejected at last request-rejected',
    'rejected at last request-rejected',
  ],
  [10003, 'unknown', REFUSED, 'rejected', 'rejected stuck/credential-refused'],
  [
    10004,
    'silent stuck/credential-refused seen holds',
    REFUSED,
    'rejected stuck/credential-refused seen',
    'rejected stuck/credential-refused',
  ],
  [10007, REFUSED, REFUSED, 'rejected stuck/credential-refused', 'rejected stuck/credential-refused'],
  [
    10005,
    'silent retry/unrecognised seen',
    'silent stuck/permission-missing',
    'rejected stuck/permission-missing seen',
    'rejected stuck/permission-missing',
  ],
  ...[10008, 10024, 10027, 20096].map(
    (code): Row => [
      code,
      'silent stuck/account-restricted',
      'silent stuck/account-restricted',
      'rejected stuck/account-restricted',
      'rejected stuck/account-restricted',
    ],
  ),
  [
    10009,
    'silent stuck/region-refused holds',
    'silent stuck/region-refused holds',
    'rejected stuck/region-refused',
    'rejected stuck/region-refused',
  ],
  [
    10010,
    'doubt stuck/ip-not-allowed holds',
    'silent stuck/ip-not-allowed holds',
    'rejected stuck/ip-not-allowed seen',
    'rejected stuck/ip-not-allowed',
  ],
  ...[10017, 10028, 100028, 10029].map(
    (code): Row => [
      code,
      'silent stuck/request-rejected',
      'silent stuck/request-rejected',
      'rejected stuck/request-rejected',
      'rejected stuck/request-rejected',
    ],
  ),
  ...[33004, -2015].map(
    (code): Row => [
      code,
      'expired stuck/expired-renewable seen holds',
      REFUSED,
      'rejected stuck/expired-renewable seen',
      'rejected stuck/credential-refused',
    ],
  ),
  ...[141019, 141020, 81007].map(
    (code): Row => [code, UNKNOWN, UNKNOWN, 'rejected stuck/only-in-web-ui', 'rejected stuck/only-in-web-ui'],
  ),
  ...[141004, 500010].map(
    (code): Row => [
      code,
      UNKNOWN,
      'silent retry/unrecognised at last wrong-account',
      'rejected stuck/wrong-account',
      'rejected stuck/wrong-account',
    ],
  ),
  [12345, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
];

describe('what a code means to the target, to its master, and after a call by either', () => {
  it.each(CODES)('reads %i', (code, ...expected) => {
    expect(read(reply(200, refusal(code))).map(brief)).toEqual(expected);
    expect(read(reply(200, refusal(code))).map((answer) => answer.code)).toEqual(Array(4).fill(String(code)));
  });

  it.each<readonly [code: string, what: ReturnType<typeof reply>, ...expected: [string, string, string]]>([
    ['no reply', undefined, 'silent retry/no-reply', 'silent retry/no-reply', 'silent retry/no-reply'],
    ['HTTP 500', reply(500, '{"retCode":0}'), DOWN, DOWN, DOWN],
    ['HTTP 503', reply(503, '<html>'), DOWN, DOWN, DOWN],
    ['HTTP 599', reply(599), DOWN, DOWN, DOWN],
    ['HTTP 600', reply(600), UNKNOWN, UNKNOWN, UNKNOWN],
    ['HTTP 429', reply(429), LIMITED, LIMITED, 'rejected retry/rate-limited'],
    ...['<html>', 'Unauthorized', '{}', '{"error":"no"}'].map(
      (page) => ['HTTP 401', reply(401, page), UNKNOWN, UNKNOWN, UNKNOWN] as const,
    ),
    ['HTTP 403', reply(403, '<html>'), 'silent stuck/region-refused', 'silent stuck/region-refused', UNKNOWN],
    [
      'HTTP 400',
      reply(400, { retCode: 'no' }),
      'silent stuck/request-rejected',
      'silent stuck/request-rejected',
      'rejected at last request-rejected',
    ],
    [
      'HTTP 404',
      reply(404, { retCode: 0 }),
      'silent stuck/request-rejected',
      'silent stuck/request-rejected',
      'rejected stuck/request-rejected',
    ],
    ['HTTP 302', reply(302, { retCode: 0 }), UNKNOWN, UNKNOWN, UNKNOWN],
    ['HTTP 204', reply(204), UNKNOWN, UNKNOWN, UNKNOWN],
  ])('reads %s by its status, whatever its body', (code, what, probed, listed, called) => {
    expect(read(what).map(brief)).toEqual([probed, listed, called, called]);
    expect(read(what)[0].code).toBe(code);
  });

  it.each([200, 202, 301, 400, 401, 403, 404, 499, 600])(
    'reads the code of a refusal wherever it stands, in either spelling, as a number or in digits: HTTP %i',
    (status) => {
      for (const [code, ...expected] of CODES)
        for (const spelled of [
          { retCode: code },
          { ret_code: code },
          { retCode: String(code) },
          { ret_code: `${code}` },
        ])
          expect(read(reply(status, { ...spelled, retMsg: 'no' })).map(brief)).toEqual(expected);
    },
  );

  it.each([
    ['two spellings that differ', { retCode: 10003, ret_code: 10005 }],
    ['two spellings, one of them a yes', { retCode: 0, ret_code: 10003 }],
    ['a name twice', '{"retCode":10003,"retCode":10003}'],
    ['a name twice, further down', '{"retCode":10003,"result":{"a":1,"a":2}}'],
    ['a fraction', { retCode: 10003.5 }],
    ['digits with a sign', { retCode: '+10003' }],
    ['digits with a zero before them', { retCode: '010003' }],
    ['digits with white space', { retCode: ' 10003' }],
    ['a number in another form', { retCode: '1e4' }],
    ['a list', { retCode: [10003] }],
    ['the code inside something else', { error: { retCode: 10003 } }],
    ['the code in a sentence', 'retCode 10003'],
  ])('reads no code where there is %s', (_what, body) => {
    for (const status of [200, 400, 401, 403, 404])
      expect(read(reply(status, body)).map(({ saw }) => saw)).not.toContain('unknown');
  });

  it.each(['', ' \n'])(
    'takes a 401 without a text for a refusal that only an accepted key can tell from a gateway’s',
    (blank) => {
      const answers = read(reply(401, blank));
      expect(answers.map(brief)).toEqual([
        'refused',
        'silent retry/unrecognised holds at last credential-refused',
        'rejected',
        'rejected at last credential-refused',
      ]);
      expect(answers[0].code).toBe('HTTP 401 without a text');
    },
  );

  it.each([{ retCode: '0' }, { ret_code: 0 }, { ret_code: '0' }])('takes %j for no yes', (body) =>
    expect(read(reply(200, body)).map(brief)).toEqual(Array(4).fill(UNKNOWN)),
  );

  it.each([429, 500, 599])('takes HTTP %i for an outage or a limit, unless the code says that too', (status) => {
    for (const [code] of CODES) {
      const byStatus = read(reply(status)).map(brief);
      const said = read(reply(status, refusal(code))).map(brief);
      for (const [index, one] of said.entries())
        expect([byStatus[index], DOWN, LIMITED, 'doubt retry/rate-limited', 'rejected retry/rate-limited']).toContain(
          one,
        );
    }
    expect(brief(read(reply(status, refusal(10006)))[0])).toBe('doubt retry/rate-limited');
    expect(read(reply(status, refusal(10018)))[0]).toMatchObject({ code: '10018', hostWide: true });
  });

  it.each(BROKEN)('takes HTTP 200 with %s for no verdict', (_what, body) => {
    const answers = read(reply(200, body));
    expect(answers.map(brief)).toEqual([UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['unreadable']));
  });

  it('takes only a 0 for accepted, and counts it as seen where the target signed', () => {
    expect([ask.ownCall, ask.managedCall].map((call) => brief(call.read(reply(200, { retCode: 0 }))))).toEqual([
      'accepted seen',
      'accepted',
    ]);
  });
});

describe('what a reply says beside its code', () => {
  const RESET = 'x-bapi-limit-reset-timestamp';

  it.each([
    ['a reset', '10006', { [RESET]: String(NOW + 900) }, NOW + 900],
    ['a reset that is past', '10006', { [RESET]: String(NOW) }, undefined],
    ['a reset of no use', '10006', { [RESET]: 'soon' }, undefined],
    ['a reset next year', '10006', { [RESET]: String(NOW + 31_536_000_000) }, undefined],
    ['no reset', '10006', {}, undefined],
    ['a ban of our address', '10018', { [RESET]: String(NOW + 900) }, NOW + 600_000],
  ])('comes back after %s', (_what, code, headers, expected) => {
    const answer = ask.ownCall.read(reply(200, refusal(Number(code)), headers));
    expect([waitsUntil(answer), answer.hostWide]).toEqual([expected, code === '10018' ? true : undefined]);
  });

  it.each([
    ['50 minutes ahead of ours', 3_000_000],
    ['two hours behind ours', -7_200_000],
  ])('reads a reset by a clock that is %s', (_what, ahead) => {
    const theirs = NOW + ahead;
    const headers = { [RESET]: String(theirs + 900), date: new Date(theirs).toUTCString() };
    expect(waitsUntil(ask.ownCall.read(reply(200, refusal(10006), headers)))).toBe(NOW + 900);
  });

  it('takes no odd second of a date for a clock that is off', () => {
    const headers = { [RESET]: String(NOW + 900), date: new Date(NOW - 2_000).toUTCString() };
    expect(waitsUntil(ask.ownCall.read(reply(200, refusal(10006), headers)))).toBe(NOW + 900);
  });

  it('comes back after ten minutes where our address sent too much', () => {
    const answers = read(reply(403, '<html>Access too frequent. Please try again later</html>'));
    expect(answers.map(brief)).toEqual([
      LIMITED,
      LIMITED,
      'rejected retry/rate-limited',
      'rejected retry/rate-limited',
    ]);
    expect(answers.map((answer) => [waitsUntil(answer), answer.hostWide])).toEqual(
      Array(4).fill([NOW + 600_000, true]),
    );
    expect(answers.map(({ hostWide }) => hostWide)).toEqual(Array(4).fill(true));
  });

  it.each([
    ['the body', reply(200, refusal(10002), { date: 'Tue, 14 Nov 2023 22:13:30 GMT' }), 1_700_000_009_000],
    ['the header', reply(200, { retCode: 10002 }, { date: 'Tue, 14 Nov 2023 22:13:30 GMT' }), 1_700_000_010_000],
    ['neither', reply(200, { retCode: 10002, time: 'now' }), undefined],
  ])("takes the provider's clock from %s", (_what, what, expected) => {
    expect(answerTo(ask.own, what).serverTime).toBe(expected);
  });

  it('takes no clock from a reply that does not speak of ours', () => {
    const answers = read(reply(200, refusal(10000), { date: 'Tue, 14 Nov 2023 22:13:30 GMT' }));
    expect(answers.filter((answer) => 'serverTime' in answer)).toEqual([]);
  });
});

describe('a 403 that does not say why', () => {
  const forbidden = reply(403, '<html><title>403 ERROR</title>The request could not be satisfied</html>');

  it.each([
    ['refused as well', reply(403, '<html>'), 'silent stuck/region-refused'],
    ['answered', reply(200, { retCode: 0, time: 1 }), UNKNOWN],
    ['not answered', undefined, UNKNOWN],
    ['too much', reply(403, 'access too frequent'), LIMITED],
  ])('is told from another by a public question that is %s', (_what, control, expected) => {
    const { sent, answer } = converse(ask.own, [forbidden, control]);
    expect(brief(answer)).toBe(expected);
    expect(sent[1]?.path).toBe('/v5/market/time');
    expect(sent[1]?.headers.reveal()).toEqual({});
  });
});

describe('every reply', () => {
  const anyReply = fc.option(
    fc.record({
      status: fc.oneof(fc.constantFrom(200, 401, 403, 404, 429, 500), fc.integer({ min: 100, max: 599 })),
      headers: fc.constant({}),
      body: fc.oneof(fc.string(), fc.json(), fc.constantFrom(...BROKEN.map(([, body]) => body))),
      at: fc.constant(NOW),
    }),
    { nil: undefined },
  );

  it('has a meaning, and none of chance proves anything', () => {
    fc.assert(
      fc.property(anyReply, (what) => {
        for (const answer of read(what))
          expect(what?.status === 401 ? ['silent', 'rejected', 'refused'] : ['silent', 'rejected']).toContain(
            answer.saw,
          );
      }),
    );
  });

  it('that is silent says which retry or end it is', () => {
    const codes = fc.integer({ min: -3_000, max: 600_000 }).map((code) => reply(200, refusal(code)));
    fc.assert(
      fc.property(fc.oneof(anyReply, codes), (what) => {
        for (const answer of read(what)) if (answer.saw === 'silent') expect(meant(answer)).toMatch(/^(retry|stuck)\//);
      }),
    );
  });

  it('of the right shape is understood', () => {
    expect(brief(answerTo(ask.own, reply(200, described())))).toBe('alive seen');
    expect(brief(answerTo(ask.list, reply(200, page([SUB]))))).toBe('listed seen');
  });
});
