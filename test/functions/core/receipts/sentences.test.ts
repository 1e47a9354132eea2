import { describe, expect, it } from 'vitest';
import type { SettleFinding, Settling } from '../../../../functions/core/ledger/case-item.ts';
import {
  type FinalOutcome,
  isGone,
  nameAndCode,
  needsPerson,
  REFUSED,
  RETRY,
  STUCK,
  UNCONFIRMED_CODES,
} from '../../../../functions/core/outcome.ts';
import {
  adviceFor,
  adviceIn,
  CONTROL_LOST,
  foundSentence,
  RESURRECTED,
  refusedForNow,
  sentence,
  WIDENED,
  waiting,
} from '../../../../functions/core/receipts/sentences.ts';

const TERMINAL: readonly FinalOutcome[] = [
  'revoked',
  'already-revoked',
  'restricted',
  'planned',
  'withdrawn',
  ...STUCK.map((code) => `stuck/${code}` as const),
  ...REFUSED.map((code) => `refused/${code}` as const),
];

const WELL = /^[A-Z\d]?[^.]*[^. ]$/;

describe('the words of an outcome', () => {
  it.each(TERMINAL)('%s are sentences, the last one without a full stop', (outcome) => {
    const said = sentence(outcome);
    expect(said.length).toBeGreaterThan(15);
    for (const part of said.split('. ')) expect(part).toMatch(WELL);
  });

  it.each(TERMINAL.filter(needsPerson))('%s say what happened, and then what to do next', (outcome) => {
    const next = adviceFor(outcome);
    expect(next).toMatch(/^[A-Z].{10,}$/);
    expect(sentence(outcome).indexOf(`. ${next}`)).toBeGreaterThan(15);
  });

  it('are not the same for any two', () =>
    expect(new Set(TERMINAL.map((outcome) => sentence(outcome))).size).toBe(TERMINAL.length));

  it('say dead of no other than a dead key', () =>
    expect(TERMINAL.filter((outcome) => /^The key is gone/.test(sentence(outcome)))).toEqual(TERMINAL.filter(isGone)));

  it('are no more than those where nothing is particular', () =>
    expect(sentence('revoked')).toBe(
      'The key is gone: two probes after our delete, some seconds apart, did not find it',
    ));

  it('claim no call for a key that was gone before one', () =>
    expect(sentence('already-revoked')).toBe(
      'The key is gone: it was gone before any call of this request took effect',
    ));

  it('have what is particular between what happened and what comes next', () => {
    expect(sentence('refused/malformed', 'Cannot read reason: it must be leaked')).toBe(
      'The message is not a valid request. Cannot read reason: it must be leaked. Correct the message and send it again',
    );
    expect(sentence('planned', 'A real request would send delete-key')).toBe(
      'Nothing was changed: this is a plan. A real request would send delete-key',
    );
  });
});

it('says of a denial what is denied, and that a new grant takes minutes', () =>
  expect(refusedForNow('stuck/access-denied', '2026-11-21T12:15:00.000Z', 'AWS denies it')).toBe(
    'Not done yet: AWS denies this system a secret that the request needs, or the KMS key of the secret. AWS denies it. AWS takes some minutes to apply a new grant. The request is retried until 2026-11-21T12:15:00.000Z, and then ends as stuck/access-denied. Treat the key as alive until the final receipt. Grant what is missing and redrive, or delete the key in the provider’s web console',
  ));

it.each(RETRY)('says while %s what it waits for', (code) => {
  expect(waiting(code)).toMatch(
    /^Not done yet: [^.]{15,}\. The request continues by itself\. Treat the key as alive until the final receipt$/,
  );
  expect(RETRY.filter((other) => waiting(other) === waiting(code))).toEqual([code]);
});

it('says of a key that is gone since when the provider does not know it, that it may be an outage, and what would tell', () => {
  const since = '2026-11-21T12:00:00.000Z';
  expect(waiting('not-yet-proved', since)).toBe(
    'Not done yet: the provider has not known the key since 2026-11-21T12:00:00.000Z, but that could still be an outage. A control key of the account would tell the two apart at once. The request continues by itself. Treat the key as alive until the final receipt',
  );
  expect(waiting('not-yet-proved', since, true)).toBe(
    'Not done yet: the provider has not known the key since 2026-11-21T12:00:00.000Z, but that could still be an outage. The request continues by itself. Treat the key as alive until the final receipt',
  );
  for (const other of RETRY) if (other !== 'not-yet-proved') expect(waiting(other, since)).toBe(waiting(other));
});

it.each([
  ['stuck', 'signer-gone', 'Send a new request, signed with another managing key'],
  ['revoked', null, ''],
  ['retry', 'no-reply', ''],
  ['resurrected', null, ''],
] as const)('tells of %s/%s what a person does next', (outcome, code, next) =>
  expect(adviceIn({ outcome, code })).toBe(next),
);

it('says what to do about a key that lives again', () =>
  expect(RESURRECTED).toMatch(/^The key is alive, although it had been found gone\. Its case is open again\. [^.]+$/));

it('says what to do about a key that may do more again', () =>
  expect(WIDENED).toBe(
    'The key may do more than was asked, although it had been found restricted. Its case is open again. Find out who changed the key',
  ));

it('says of a control key that is deleted what its account lacks, before and after', () => {
  const mark = 'The key’s secret is tagged as a control key (key-revoker:control)';
  const remedy = 'make another one, unless the secret holds it already';
  expect(CONTROL_LOST).toEqual({
    plan: `${mark}. Afterwards the account lacks this control key: ${remedy}`,
    end: `${mark}. The account now lacks this control key: ${remedy}`,
  });
});

describe('what was found in a window', () => {
  const WINDOW = { as: 'gone', triedKey: true, absences: 12, windowMs: 600_000 } as Settling;
  const found = (outcome: SettleFinding['outcome'], why = '', fields: Partial<Settling> = {}) =>
    foundSentence({ ...WINDOW, ...fields }, { outcome, why } as SettleFinding);
  const OPEN = [...UNCONFIRMED_CODES.map((code) => `unconfirmed/${code}` as const), 'stuck/no-effect'] as const;

  it.each(OPEN)('%s says what happened, and then what to do next', (outcome) => {
    expect(found(outcome)).toMatch(/^The .{20,}\. (Look in|Delete the key in) the provider’s web console\b/);
    for (const part of found(outcome).split('. ')) expect(part).toMatch(WELL);
    expect(OPEN.filter((other) => found(other) === found(outcome))).toEqual([outcome]);
  });

  it.each([
    ['unconfirmed/no-control', 'or a control key of the account, would have told the two apart'],
    ['unconfirmed/signer-gone', 'Next time, revoke the managing key after `confirmed`'],
    ['unconfirmed/credential-missing', 'Next time, keep the secret until `confirmed`'],
    ['unconfirmed/still-flapping', 'and report it to the provider'],
    ['stuck/no-effect', 'and report it to the provider'],
  ] as const)('%s says how to be sure: %s', (outcome, end) => expect(found(outcome).slice(-end.length)).toBe(end));

  it.each([
    ['resurrected', 'The key is alive, although it had been found gone. The request is sent again'],
    ['widened', 'The key may do more than was asked, although it had been found restricted. The request is sent again'],
  ] as const)('%s says what follows', (outcome, expected) =>
    expect(found(outcome, 'The request is sent again')).toBe(expected),
  );

  it('has what is particular between what happened and what comes next', () =>
    expect(found('stuck/no-effect', 'The key was seen again after 3 whole windows')).toBe(
      'The provider accepts the delete each time, and the key comes back: treat the key as alive. The key was seen again after 3 whole windows. Delete the key in the provider’s web console, and report it to the provider',
    ));

  it.each<[string, Partial<Settling>, string]>([
    ['a key that was tried', {}, 'Confirmed dead: refused 12 times over 10 minutes'],
    [
      'a key beside another one',
      { controlledBy: 'key' },
      'Confirmed dead: refused 12 times over 10 minutes, while another key of the account was accepted',
    ],
    [
      'a key that was only looked for',
      { triedKey: false },
      'Confirmed gone: off the list over 10 minutes. No one could try the key itself',
    ],
    [
      'a restricted key',
      { as: 'restricted' },
      'Confirmed restricted: every reading over 10 minutes showed what was asked for',
    ],
  ])('confirms %s', (_what, fields, expected) => expect(found('confirmed', '', fields)).toBe(expected));
});

describe('an outcome', () => {
  it.each([
    ['stuck/limit', { name: 'stuck', code: 'limit' }],
    ['refused/would-widen', { name: 'refused', code: 'would-widen' }],
    ['retry/early', { name: 'retry', code: 'early' }],
    ['already-revoked', { name: 'already-revoked', code: null }],
    ['resurrected', { name: 'resurrected', code: null }],
  ] as const)('%s is a name and a code', (outcome, expected) => expect(nameAndCode(outcome)).toEqual(expected));

  it('is dead in only two cases', () => expect(TERMINAL.filter(isGone)).toEqual(['revoked', 'already-revoked']));

  it('needs a person where it is stuck or refused', () =>
    expect(TERMINAL.filter((outcome) => !needsPerson(outcome))).toEqual([
      'revoked',
      'already-revoked',
      'restricted',
      'planned',
      'withdrawn',
    ]));
});
