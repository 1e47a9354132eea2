import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kalshi } from '../../../../functions/providers/kalshi/index.ts';
import { answerTo, BROKEN, brief, callOf, meant, NOW, order, probe, reply } from '../ask.ts';
import { keyIn, MANAGER, refusal, TARGET } from './keys.ts';

const own = kalshi.plan(order('delete-key', keyIn(TARGET)));
const managed = kalshi.plan(order('delete-key', keyIn(MANAGER), { aim: { self: false, keyId: TARGET } }));
const [ownList, managersList] = [probe(own, 'api_keys'), probe(managed, 'api_keys')];
const [ownDelete, managedDelete] = [callOf(own), callOf(managed)];

const read = (what: ReturnType<typeof reply>) =>
  [answerTo(ownList, what), answerTo(managersList, what), ownDelete.read(what), managedDelete.read(what)] as const;

const UNKNOWN = 'silent retry/unrecognised';
const REFUSED = 'silent stuck/credential-refused holds';
const CALL_REFUSED = 'rejected stuck/credential-refused';
const NO_PERMISSION = 'silent retry/unrecognised at last permission-missing';

type Row = readonly [what: string, body: ReturnType<typeof reply>, code: string, ...expected: string[]];

const ROWS: readonly Row[] = [
  ['204', reply(204), '204', UNKNOWN, UNKNOWN, 'accepted seen', 'accepted seen'],
  ['204 with a body', reply(204, '<html>'), '204', UNKNOWN, UNKNOWN, 'accepted seen', 'accepted seen'],
  ['400', reply(400), '400', UNKNOWN, UNKNOWN, 'rejected stuck/request-rejected', 'rejected stuck/request-rejected'],
  ['an unknown key', reply(401, refusal('NOT_FOUND')), 'NOT_FOUND', 'unknown', REFUSED, 'rejected', CALL_REFUSED],
  [
    'an unknown key, its code with an account in it',
    reply(401, refusal('NOT_FOUND', 'authentication_error_u-123')),
    'NOT_FOUND',
    'unknown',
    REFUSED,
    'rejected',
    CALL_REFUSED,
  ],
  [
    'an unknown key, flat',
    reply(401, { code: 'authentication_error', message: 'no', details: 'NOT_FOUND' }),
    'NOT_FOUND',
    'unknown',
    REFUSED,
    'rejected',
    CALL_REFUSED,
  ],
  ...[
    reply(401, refusal('INCORRECT_API_KEY_SIGNATURE')),
    reply(401, 'rpc error: code = Unauthenticated desc = INCORRECT_API_KEY_SIGNATURE'),
  ].map(
    (body): Row => [
      'a wrong signature',
      body,
      'INCORRECT_API_KEY_SIGNATURE',
      'silent stuck/credential-refused seen holds',
      REFUSED,
      'rejected stuck/credential-refused seen',
      CALL_REFUSED,
    ],
  ),
  [
    'a clock that is off',
    reply(401, refusal('', 'header_timestamp_expired')),
    'header_timestamp_expired',
    'silent retry/clock-skew',
    'silent retry/clock-skew',
    'rejected retry/clock-skew',
    'rejected retry/clock-skew',
  ],
  [
    'a header that was lost',
    reply(401, { msg: 'signature_is_missing_from_headers' }),
    'signature_is_missing_from_headers',
    'silent retry/unrecognised at last request-rejected',
    'silent retry/unrecognised at last request-rejected',
    'rejected retry/unrecognised at last request-rejected',
    'rejected retry/unrecognised at last request-rejected',
  ],
  ...[401, 403].flatMap((status) =>
    [refusal('scope'), { error: 'no' }].map(
      (body): Row => [
        `${status} of another kind`,
        reply(status, body),
        String(status),
        NO_PERMISSION,
        NO_PERMISSION,
        'rejected stuck/permission-missing',
        'rejected stuck/permission-missing',
      ],
    ),
  ),
  ...[401, 403].flatMap((status) =>
    ['', '<html>', '[]', '"no"'].map(
      (body): Row => [
        `${status} of something before Kalshi`,
        reply(status, body),
        `HTTP ${status} without JSON`,
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
      ],
    ),
  ),
  ...[400, 403, 404, 409].map(
    (status): Row => [
      `a mark of 401 with ${status}`,
      reply(status, refusal('INCORRECT_API_KEY_SIGNATURE')),
      'INCORRECT_API_KEY_SIGNATURE',
      'silent stuck/credential-refused seen holds',
      REFUSED,
      'rejected stuck/credential-refused seen',
      CALL_REFUSED,
    ],
  ),
  [
    'a mark of 403 with 401',
    reply(401, refusal('', 'Your_location_attestation')),
    'Your_location_attestation',
    'silent stuck/attestation-lapsed',
  ],
  ['a mark of 401 with 403 and no JSON', reply(403, 'INCORRECT_API_KEY_SIGNATURE'), 'HTTP 403 without JSON', UNKNOWN],
  ['a mark in a list', reply(200, { keys: 'INCORRECT_API_KEY_SIGNATURE' }), '200 unreadable', UNKNOWN],
  ['NOT_FOUND that is not about the key', reply(401, refusal('NOT_FOUND', 'market')), '401', NO_PERMISSION],
  ['NOT_FOUND without JSON', reply(401, 'NOT_FOUND'), 'HTTP 401 without JSON', UNKNOWN],
  ['NOT_FOUND in a sentence', reply(401, refusal('the order is NOT_FOUND')), '401', NO_PERMISSION],
  ...[200, 400, 403, 404].map(
    (status): Row => [
      `an unknown key with ${status}`,
      reply(status, refusal('NOT_FOUND')),
      'NOT_FOUND',
      'unknown',
      REFUSED,
      'rejected',
      CALL_REFUSED,
    ],
  ),
  [
    'an unknown key, a name twice',
    reply(401, '{"code":"authentication_error","details":"NOT_FOUND","details":"NOT_FOUND"}'),
    'HTTP 401 without JSON',
    UNKNOWN,
  ],
  [
    'a location that is not attested',
    reply(403, refusal('', 'Your_location_attestation_for_API_trading_is_missing_or_expired')),
    'Your_location_attestation',
    'silent stuck/attestation-lapsed',
    'silent stuck/attestation-lapsed',
    'rejected stuck/attestation-lapsed',
    'rejected stuck/attestation-lapsed',
  ],
  ['404 in JSON', reply(404, refusal('x', 'not_found')), '404', UNKNOWN, UNKNOWN, 'unlisted', 'unlisted'],
  ...['', '<html>', 'null', '"x"'].map(
    (body): Row => [
      '404 without an object',
      reply(404, body),
      'HTTP 404 without JSON',
      'silent stuck/request-rejected',
      'silent stuck/request-rejected',
      'rejected stuck/request-rejected',
      'rejected stuck/request-rejected',
    ],
  ),
  [
    '429',
    reply(429, { error: 'too many requests' }),
    '429',
    'silent retry/rate-limited',
    'silent retry/rate-limited',
    'rejected retry/rate-limited',
    'rejected retry/rate-limited',
  ],
  ...[500, 502, 503].map(
    (status): Row => [
      `${status}`,
      reply(status),
      String(status),
      ...Array<string>(4).fill('silent retry/provider-down'),
    ],
  ),
  ['the last of the 5xx', reply(599), '599', ...Array<string>(4).fill('silent retry/provider-down')],
  ['a status beyond them', reply(600), '600', UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
  ['no reply', undefined, 'no reply', ...Array<string>(4).fill('silent retry/no-reply')],
  ['a redirect', reply(302), '302', UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
  ['200 to a delete', reply(200), '200 unreadable', UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
];

describe('what a reply means to the target, to a managing key, and after a delete by either', () => {
  const rows = ROWS.map(([what, body, code, ...expected]) => [what, body, code, expected] as const);

  it.each(rows)('reads %s', (_what, body, code, expected) => {
    const answers = read(body);
    expect(answers.map(brief).slice(0, expected.length)).toEqual(expected);
    expect(answers[0].code).toBe(code);
  });

  it.each(BROKEN)('takes 200 with %s for no verdict', (_what, body) => {
    expect(read(reply(200, body)).map(brief)).toEqual([UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  it('takes the clock from the header where ours is off', () => {
    const headers = { date: 'Tue, 14 Nov 2023 22:13:30 GMT' };
    const answers = read(reply(401, refusal('', 'header_timestamp_expired'), headers));
    expect(answers.map(({ serverTime }) => serverTime)).toEqual(Array(4).fill(1_700_000_010_000));
    expect(read(reply(429, '', headers)).every((answer) => !('serverTime' in answer))).toBe(true);
  });

  it('has one for every reply, and none of chance proves anything', () => {
    const any = fc.option(
      fc.record({
        status: fc.oneof(fc.constantFrom(200, 401, 403, 429, 500), fc.integer({ min: 205, max: 599 })),
        headers: fc.constant({}),
        body: fc.oneof(fc.string(), fc.json(), fc.constantFrom(...BROKEN.map(([, body]) => body))),
        at: fc.constant(NOW),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(any, (what) => {
        const [first, second, third, fourth] = read(what);
        for (const answer of [first, second])
          expect([answer.saw, meant(answer)]).toEqual(['silent', expect.any(String)]);
        const isAbsent = what?.status === 404;
        for (const { saw } of [third, fourth])
          expect(isAbsent ? ['rejected', 'unlisted'] : ['silent', 'rejected']).toContain(saw);
      }),
    );
  });
});
