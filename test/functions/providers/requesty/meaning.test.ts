import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requesty } from '../../../../functions/providers/requesty/index.ts';
import { isSuccess } from '../../../../functions/providers/requesty/meaning.ts';
import { answerTo, BROKEN, brief, callOf, converse, meant, NOW, order, probe, reply, waitsUntil } from '../ask.ts';
import { INVALID, keyIn, MANAGER, refusal, TARGET } from './keys.ts';

it.each([
  [199, false],
  [200, true],
  [299, true],
  [300, false],
])('takes a reply with the status %i for a success: %s', (status, expected) =>
  expect(isSuccess(reply(status))).toBe(expected),
);

const own = requesty.plan(order('delete-key', keyIn(TARGET)));
const managed = requesty.plan(order('delete-key', keyIn(MANAGER), { aim: { self: false, keyId: TARGET } }));
const [self, lookup, list] = [probe(own, 'self'), probe(managed, 'apikey'), probe(managed, 'apikeys')];
const [ownDelete, managedDelete] = [callOf(own), callOf(managed)];

/** To the target's `self` (a control is told that it is no key), the target's path and the list by a manager, and both deletes. */
const read = (what: ReturnType<typeof reply>) => {
  const next = self.next([what, reply(401, refusal('no such key'))], NOW);
  if (!('answer' in next)) throw new Error('a third exchange');
  return [
    next.answer,
    answerTo(lookup, what),
    answerTo(list, what),
    ownDelete.read(what),
    managedDelete.read(what),
  ] as const;
};

const UNKNOWN = 'silent retry/unrecognised';
const BAD = 'silent stuck/request-rejected';
const CALL_REFUSED = 'rejected stuck/credential-refused';
const all = (probed: string, called: string): readonly string[] => [probed, probed, probed, called, called];
const RESTRICTED = all('silent retry/unrecognised at last account-restricted', 'rejected at last account-restricted');
const TOKEN = [
  'unknown',
  'silent stuck/credential-refused holds',
  'silent stuck/credential-refused holds',
  'rejected',
  CALL_REFUSED,
];
const REFUSED = [
  UNKNOWN,
  'silent stuck/credential-refused',
  'silent stuck/credential-refused',
  'rejected',
  CALL_REFUSED,
];

describe('what a reply means to the target, to a managing key twice, and after a delete by either', () => {
  it.each([
    ['200', reply(200), '200 unreadable', [UNKNOWN, UNKNOWN, UNKNOWN, 'accepted seen', 'accepted']],
    ['299', reply(299), '299 unreadable', [UNKNOWN, UNKNOWN, UNKNOWN, 'accepted seen', 'accepted']],
    ['204', reply(204), '204 unreadable', [UNKNOWN, UNKNOWN, UNKNOWN, 'accepted seen', 'accepted']],
    [
      '200 with a page',
      reply(200, '<html>'),
      '200 unreadable',
      [UNKNOWN, UNKNOWN, UNKNOWN, 'accepted seen', 'accepted'],
    ],
    ['401', reply(401, refusal('missing')), '401', REFUSED],
    ['401 with a page', reply(401, '<html>'), 'HTTP 401 without JSON', all(UNKNOWN, UNKNOWN)],
    ['401 without a body', reply(401), 'HTTP 401 without JSON', all(UNKNOWN, UNKNOWN)],
    ...[200, 400, 401, 403, 404].map(
      (status) =>
        [`a dead bearer with ${status}`, reply(status, INVALID), 'Invalid authorization token', TOKEN] as const,
    ),
    ['an error inside a success', reply(200, refusal('try again')), 'an error inside a success', all(UNKNOWN, UNKNOWN)],
    [
      'a dead bearer, a name twice',
      reply(
        403,
        '{"error":{"message":"Invalid authorization token"},"error":{"message":"Invalid authorization token"}}',
      ),
      'HTTP 403 without JSON',
      all(UNKNOWN, UNKNOWN),
    ],
    [
      'a dead bearer in other letters',
      reply(403, refusal(' invalid authorization token. ')),
      'Invalid authorization token',
      TOKEN,
    ],
    [
      'no permission',
      reply(403, refusal('manage write permission required')),
      'permission required',
      [
        'alive seen',
        'silent retry/unrecognised at last permission-missing',
        'silent retry/unrecognised at last permission-missing',
        'rejected stuck/permission-missing seen',
        'rejected stuck/permission-missing',
      ],
    ],
    ['403 of a policy', reply(403, refusal('restricted by policy')), '403', RESTRICTED],
    [
      '403 with a page',
      reply(403, '<html>Invalid authorization token</html>'),
      'HTTP 403 without JSON',
      all(UNKNOWN, UNKNOWN),
    ],
    ['403 about another token', reply(403, refusal('Invalid authorization token for model x')), '403', RESTRICTED],
    ['403 about a token of its own', reply(403, refusal('The invalid authorization token')), '403', RESTRICTED],
    ['402', reply(402), '402', RESTRICTED],
    ['412', reply(412), '412', RESTRICTED],
    ['400', reply(400), '400', all(BAD, 'rejected stuck/request-rejected')],
    ['404', reply(404, refusal('not found')), '404', [BAD, 'unlisted', BAD, 'unlisted', 'unlisted']],
    ['404 with a page', reply(404, '<html>'), 'HTTP 404 without JSON', [BAD, BAD, BAD, 'unlisted', 'unlisted']],
    ['429', reply(429), '429', all('silent retry/rate-limited', 'rejected retry/rate-limited')],
    ...[500, 502, 503, 529].map(
      (status) =>
        [
          String(status),
          reply(status, INVALID),
          String(status),
          all('silent retry/provider-down', 'silent retry/provider-down'),
        ] as const,
    ),
    ['no reply', undefined, 'no reply', all('silent retry/no-reply', 'silent retry/no-reply')],
    ['a redirect', reply(302), '302', all(UNKNOWN, UNKNOWN)],
  ] as const)('reads %s', (_what, body, code, expected) => {
    expect(read(body).map(brief)).toEqual(expected);
    expect(read(body)[0].code).toBe(code);
  });

  it.each(BROKEN)('takes a 200 with %s for no verdict where it is read', (_what, body) => {
    expect(read(reply(200, body)).map(brief).slice(0, 3)).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  it.each([
    ['seconds', '7', NOW + 7_000],
    ['a minute and a half', '90', NOW + 90_000],
    ['an hour', '3600', NOW + 3_600_000],
    ['a second more than an hour', '3601', undefined],
    ['a date', 'Tue, 14 Nov 2023 22:14:00 GMT', 1_700_000_040_000],
    ['a date that ends in digits', 'Tue, 14 Nov 2023 22:14:00 +0000', 1_700_000_040_000],
    ['a date that begins with them', '2023-11-14T22:14:00Z', 1_700_000_040_000],
    ['a date that is past', 'Tue, 14 Nov 2023 22:13:00 GMT', undefined],
    ['more than an hour', '86400', undefined],
    ['nonsense', 'soon', undefined],
    ['nothing', '', undefined],
  ])('comes back after %s', (_what, stated, expected) => {
    expect(waitsUntil(ownDelete.read(reply(429, '', { 'retry-after': stated })))).toBe(expected);
  });

  it('gives the status of a delete as its code, which has nothing to read', () => {
    expect([ownDelete, managedDelete].map((call) => call.read(reply(200, '<html>')).code)).toEqual(['200', '200']);
  });

  it.each([
    ['a date', 'Tue, 14 Nov 2023 23:14:00 GMT', 1_700_000_040_000],
    ['seconds', '7', NOW + 7_000],
  ])('comes back after %s of a clock an hour ahead of ours', (_what, stated, expected) => {
    const headers = { 'retry-after': stated, date: new Date(NOW + 3_600_000).toUTCString() };
    expect(waitsUntil(ownDelete.read(reply(429, '', headers)))).toBe(expected);
  });

  it('takes no hint of when to come back from a reply that is no limit', () => {
    expect(ownDelete.read(reply(503, '', { 'retry-after': '7' })).means).toStrictEqual({ wait: 'provider-down' });
  });

  it('has one for every reply, and none of chance proves anything', () => {
    const any = fc.option(
      fc.record({
        status: fc.oneof(fc.constantFrom(200, 401, 403, 429, 500), fc.integer({ min: 100, max: 599 })),
        headers: fc.constant({}),
        body: fc.oneof(fc.string(), fc.json(), fc.constantFrom(...BROKEN.map(([, body]) => body))),
        at: fc.constant(NOW),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(any, (what) => {
        const [first, second, third, fourth, fifth] = read(what);
        for (const answer of [first, second, third])
          expect([answer.saw, meant(answer)]).toEqual(['silent', expect.any(String)]);
        const isSuccess = what !== undefined && what.status >= 200 && what.status <= 299;
        for (const { saw } of [fourth, fifth])
          expect(isSuccess ? ['accepted'] : ['silent', 'rejected', what?.status === 404 ? 'unlisted' : '']).toContain(
            saw,
          );
      }),
    );
  });
});

describe('a 401 to the target', () => {
  const REFUSAL = reply(401, refusal('Unauthorized'));

  it.each([
    ['the same', reply(401, refusal('Unauthorized')), 'unknown'],
    ['another sentence', reply(401, refusal('No key')), UNKNOWN],
    ['another status', reply(403, refusal('Unauthorized')), UNKNOWN],
    ['an answer', reply(200, { id: TARGET }), UNKNOWN],
    ['nothing', undefined, UNKNOWN],
    ['a page', reply(401, '<html>'), UNKNOWN],
  ])('proves its death only where a bearer that never was is told the same: %s', (_what, control, expected) => {
    const { sent, answer } = converse(self, [REFUSAL, control]);
    expect([brief(answer), answer.code]).toEqual([expected, '401']);
    expect(sent.map(({ path }) => path)).toEqual(Array(2).fill('/v1/manage/apikey/self'));
    const bearers = sent.map(({ headers }) => headers.reveal()['Authorization']);
    expect(bearers).toEqual(['Bearer rqsty-sk-TEST-1b4e', 'Bearer rqsty-sk-never-issued']);
  });

  it('is no proof where something before Requesty refuses everybody', () => {
    expect(brief(answerTo(self, reply(401, '<html>')))).toBe(UNKNOWN);
    expect(brief(answerTo(self, reply(401)))).toBe(UNKNOWN);
  });
});
