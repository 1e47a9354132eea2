import { describe, expect, it } from 'vitest';
import {
  isSettling,
  type KeyReading,
  type SettleTerms,
  startedAgain,
  whileSettling,
  withReading,
  withSettling,
} from '../../../../functions/core/attempt/settle-window.ts';
import { after, toIso } from '../../../../functions/core/epoch.ts';
import {
  type AttemptRecord,
  type CaseItem,
  NEW_ATTEMPT,
  type SettleFinding,
  type Settling,
} from '../../../../functions/core/ledger/case-item.ts';
import { emptyCase } from '../../../../functions/core/ledger/lease.ts';
import type { Ended } from '../../../../functions/core/ledger/request-item.ts';
import type { FinalOutcome } from '../../../../functions/core/outcome.ts';
import type { Evidence } from '../../../../functions/core/receipt.ts';
import { NOON } from '../rounds.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const WINDOW = 10 * MINUTE;
const HOURS_2 = 120 * MINUTE;

const at = (ms: number) => after(NOON, ms);
const EMPTY: CaseItem = { ...emptyCase({ provider: 'kalshi', realm: 'prod', keyId: 'K' }, NOON), rev: 1, nonce: 'n' };
const TERMS: SettleTerms = { windowMs: WINDOW, source: 'measured', urgent: false };
const ACCEPTED: Partial<AttemptRecord> = { calls: 1, callReplies: ['accepted'], acceptedAt: NOON };
const LOST: Partial<AttemptRecord> = { calls: 1, callReplies: ['lost'] };
const PROVED = { at: NOON, deadAt: NOON, endedBy: 'R#1' };
const SEEN: Evidence = {
  at: toIso(NOON),
  step: 'probe',
  asked: 'q',
  as: 'self',
  host: 'h',
  saw: 'unknown',
  code: '1',
};

/** The window of an accepted delete that ended at noon, before its first reading. */
const OPEN: Settling = {
  as: 'gone',
  owners: ['R#1'],
  urgent: false,
  startedAt: NOON,
  windowMs: WINDOW,
  source: 'measured',
  nextAt: at(MINUTE),
  basis: 'accepted',
  controlledBy: undefined,
  connections: 0,
  addresses: [],
  absences: 0,
  triedKey: false,
  evidence: [],
  notAsked: [],
};
const CONFIRMED: SettleFinding = { outcome: 'confirmed', why: '', at: NOON, number: 1 };
const found = (outcome: SettleFinding['outcome']): Settling => ({ ...OPEN, finding: { ...CONFIRMED, outcome } });

/** The case of a key that was proved gone, and whose window is as given. */
const settlingCase = (settling: Partial<Settling> = {}, rest: Partial<CaseItem> = {}): CaseItem => ({
  ...EMPTY,
  proved: PROVED,
  settling: { ...OPEN, ...settling },
  state: 'settling-case',
  at: at(MINUTE),
  ...rest,
});

const ended = (outcome: FinalOutcome, ms = 0): Ended => ({ outcome, why: '', at: at(ms), evidence: [] });

/** What the case holds after an end of `R#1`. */
const settled = (
  outcome: FinalOutcome,
  record: Partial<AttemptRecord> = ACCEPTED,
  terms: Partial<SettleTerms> = {},
  rest: Partial<CaseItem> = {},
): CaseItem => {
  const attempts = { 'R#1': { ...NEW_ATTEMPT, ...record } };
  return withSettling({ ...EMPTY, attempts, ...rest }, 'R#1', ended(outcome), { ...TERMS, ...terms });
};

describe('the end of a request', () => {
  it.each<[FinalOutcome, Settling['as']]>([
    ['revoked', 'gone'],
    ['already-revoked', 'gone'],
    ['restricted', 'restricted'],
  ])('that is %s has to hold: a window begins, with nothing read', (outcome, as) => {
    const { settling, state, at: due } = settled(outcome);
    expect(settling).toEqual({ ...OPEN, as });
    expect([state, due]).toEqual(['settling-case', at(MINUTE)]);
  });

  it.each<FinalOutcome>(['stuck/unproven', 'withdrawn', 'refused/would-widen'])(
    'that is %s has not: a window that there is stays as it is',
    (outcome) => {
      const item = { ...EMPTY, state: 'proved-case' } as const;
      expect(withSettling(item, 'R#1', ended(outcome), TERMS)).toEqual(item);
      const open = { ...item, settling: OPEN };
      expect(withSettling(open, 'R#1', ended(outcome, WINDOW), TERMS)).toEqual({
        ...open,
        state: 'settling-case',
        at: at(MINUTE),
      });
    },
  );

  it('begins no watch of a case that is open for another request', () => {
    const { settling, state, at: due } = settled('revoked', ACCEPTED, {}, { state: 'open-case' });
    expect([settling, state, due]).toEqual([OPEN, 'open-case', NOON]);
  });

  it.each<[string, Partial<AttemptRecord>, Partial<Settling>]>([
    ['an accepted call', ACCEPTED, { basis: 'accepted', controlledBy: undefined }],
    ['a lost call', LOST, { basis: 'lost', controlledBy: undefined }],
    ['a refused call', { ...LOST, callReplies: ['refused'] }, { basis: 'refused', controlledBy: undefined }],
    ['no call', {}, { basis: undefined, controlledBy: undefined }],
    ['a managing key’s list', { ...LOST, controlledSince: NOON }, { basis: 'lost', controlledBy: 'signer' }],
    [
      'a managing key’s list, by its name',
      { ...LOST, controlledSince: NOON, controlledBy: 'signer' },
      { basis: 'lost', controlledBy: 'signer' },
    ],
    ['a control key', { ...LOST, controlledSince: NOON, controlledBy: 'key' }, { basis: 'lost', controlledBy: 'key' }],
    [
      'a lost call, with a control that a sighting has ended',
      { ...LOST, controlledBy: 'key' },
      { basis: 'lost', controlledBy: undefined },
    ],
  ])('that rests on %s says so in its window', (_what, record, expected) => {
    expect(settled('revoked', record).settling).toEqual({ ...OPEN, ...expected });
  });

  it('that has no record rests on no call', () => {
    expect(settled('revoked', {}, {}, { attempts: {} }).settling).toEqual({ ...OPEN, basis: undefined });
  });

  it.each<[string, Partial<SettleTerms>, number]>([
    ['another request is first read after a minute', {}, MINUTE],
    ['an urgent request is first read after half a minute', { urgent: true }, 30 * SECOND],
    ['another request, with a short window, is first read at its end', { windowMs: MINUTE - 1 }, MINUTE - 1],
    ['an urgent request, with a shorter one, is as well', { urgent: true, windowMs: 1 }, 1],
    ['another request, with no window at all, is read at once', { windowMs: 0 }, 1],
  ])('of %s', (_what, terms, ms) => {
    expect(settled('revoked', ACCEPTED, terms).settling).toEqual({ ...OPEN, ...terms, nextAt: at(ms) });
  });
});

describe('another end while there is a window, or its finding', () => {
  const LATER = 4 * MINUTE;
  /** The window that begins with the second end. */
  const fresh = (more: Partial<Settling> = {}): Settling => ({
    ...OPEN,
    startedAt: at(LATER),
    nextAt: at(LATER + MINUTE),
    basis: undefined,
    ...more,
  });
  const second = (item: Partial<CaseItem>, name = 'S#1', outcome: FinalOutcome = 'already-revoked') =>
    withSettling({ ...EMPTY, ...item }, name, ended(outcome, LATER), TERMS).settling;

  it.each<[string, Settling]>([
    ['a window that is open', OPEN],
    ['the finding that the key is dead', found('confirmed')],
  ])('joins %s', (_what, settling) => {
    expect(second({ settling, proved: PROVED })).toEqual({ ...settling, owners: ['R#1', 'S#1'] });
    expect(second({ settling })).toEqual({ ...settling, owners: ['R#1', 'S#1'] });
    expect(second({ settling }, 'S#1', 'revoked')).toEqual({ ...settling, owners: ['R#1', 'S#1'] });
  });

  it.each<[string, Partial<CaseItem>, number | undefined]>([
    ['that it joins', { settling: OPEN }, 10 * MINUTE],
    ['that was over before it', { settling: { ...found('confirmed'), startedAt: at(-20 * MINUTE) } }, LATER],
    ['of its own', {}, undefined],
  ])('knows when the window is over %s', (_what, item, ms) => {
    const attempts = { 'S#1': NEW_ATTEMPT };
    const held = withSettling({ ...EMPTY, attempts, ...item }, 'S#1', ended('already-revoked', LATER), TERMS);
    expect(held.attempts['S#1']?.settlesAt).toBe(ms === undefined ? undefined : at(ms));
  });

  it('takes the place of an earlier end of its own request', () => {
    const settling = { ...OPEN, owners: ['R#1', 'S#1', 'T#1'] };
    expect(second({ settling }, 'S#2')).toEqual({ ...settling, owners: ['R#1', 'S#2', 'T#1'] });
  });

  it.each<[string, Partial<CaseItem>, FinalOutcome, Partial<Settling>]>([
    ['there is none', {}, 'already-revoked', { owners: ['S#1'] }],
    ['it has proved the death itself', { settling: OPEN, proved: { ...PROVED, endedBy: 'S#1' } }, 'revoked', {}],
    ['it found the key restricted', { settling: OPEN }, 'restricted', { as: 'restricted' }],
    ['the key was only restricted before', { settling: { ...OPEN, as: 'restricted' } }, 'already-revoked', {}],
    ['both found the key restricted', { settling: { ...OPEN, as: 'restricted' } }, 'restricted', { as: 'restricted' }],
    ['the last one confirmed nothing', { settling: found('unconfirmed/no-answer') }, 'already-revoked', {}],
    ['the key was seen in the last one', { settling: found('resurrected') }, 'already-revoked', {}],
  ])('begins a window of its own where %s', (_what, item, outcome, expected) => {
    expect(second(item, 'S#1', outcome)).toEqual(fresh({ owners: ['R#1', 'S#1'], ...expected }));
  });
});

describe('a window', () => {
  it.each<[string, Settling | undefined, boolean]>([
    ['is read until there is a finding', OPEN, true],
    ['is over with its finding', found('unconfirmed/no-answer'), false],
    ['is not there before an end', undefined, false],
  ])('%s', (_what, settling, expected) => {
    expect(isSettling(settling)).toBe(expected);
  });

  it('starts again where a running request has seen the key: nothing of before counts', () => {
    const read: Settling = {
      ...OPEN,
      urgent: true,
      controlledBy: 'key',
      ...{ connections: 3, addresses: ['a'], absences: 3, triedKey: true, evidence: [SEEN], lastReadAt: at(MINUTE) },
    };
    expect(startedAgain(read, at(2 * MINUTE))).toEqual({
      ...OPEN,
      urgent: true,
      startedAt: at(2 * MINUTE),
      nextAt: at(2 * MINUTE + 30 * SECOND),
      basis: undefined,
      ...{ evidence: [SEEN], lastReadAt: at(MINUTE) },
    });
  });

  it('does not start again once it has its finding, or before an end', () => {
    expect(startedAgain(found('confirmed'), at(MINUTE))).toEqual(found('confirmed'));
    expect(startedAgain(undefined, NOON)).toBeUndefined();
  });

  it.each<[string, Partial<CaseItem>, Partial<CaseItem>]>([
    [
      'is what a proved case waits for',
      { state: 'proved-case', settling: OPEN },
      { state: 'settling-case', at: at(MINUTE) },
    ],
    [
      'is what an idle case waits for',
      { state: 'idle-case', settling: OPEN },
      { state: 'settling-case', at: at(MINUTE) },
    ],
    ['leaves an open case as it is', { state: 'open-case', settling: OPEN }, {}],
    ['with a finding is waited for no more', { state: 'proved-case', settling: found('confirmed') }, {}],
    ['that is not there is not waited for', { state: 'idle-case' }, {}],
  ])('%s', (_what, item, expected) => {
    expect(whileSettling({ ...EMPTY, ...item })).toEqual({ ...EMPTY, ...item, ...expected });
  });
});

const reading = (saw: KeyReading['saw'], more: Partial<KeyReading> = {}): KeyReading => ({
  saw,
  control: undefined,
  absences: 0,
  connections: [],
  triedKey: false,
  evidence: [],
  notAsked: [],
  ...more,
});
const HOLDS = reading('holds');
const NOTHING = reading('nothing');
const BROKEN = reading('broken');

/** What a reading at that time finds. */
const finds = (ms: number, seen: KeyReading, settling: Partial<Settling> = {}, rest: Partial<CaseItem> = {}) =>
  withReading(settlingCase(settling, rest), seen, at(ms));
/** When the next reading is due after one at that time. */
const nextAfter = (ms: number, seen: KeyReading, settling: Partial<Settling> = {}) => {
  const { nextAt, finding } = finds(ms, seen, settling).settling as Settling;
  return finding === undefined ? nextAt - NOON : finding.outcome;
};

describe('a reading', () => {
  it('changes nothing where no window is open', () => {
    const idle = { ...EMPTY, state: 'idle-case' } as const;
    expect(withReading(idle, BROKEN, at(MINUTE))).toEqual(idle);
    const over = settlingCase(found('confirmed'));
    expect(withReading(over, BROKEN, at(MINUTE))).toEqual(over);
  });

  it('adds to what was read before, and keeps its own evidence only', () => {
    const item = settlingCase({ absences: 2, connections: 1, addresses: ['a'], evidence: [{ ...SEEN, code: '0' }] });
    const seen = reading('holds', {
      absences: 3,
      connections: ['a', 'b'],
      triedKey: true,
      evidence: [SEEN],
      notAsked: ['h'],
    });
    const once = withReading(item, seen, at(MINUTE));
    const expected = {
      ...{ absences: 5, connections: 3, addresses: ['a', 'b'], triedKey: true, evidence: [SEEN], notAsked: ['h'] },
      ...{ lastReadAt: at(MINUTE), nextAt: at(2 * MINUTE), held: [60] },
    };
    expect(once).toEqual({ ...settlingCase(expected), at: at(2 * MINUTE) });
    expect(withReading(once, NOTHING, at(9 * MINUTE)).settling).toEqual({
      ...OPEN,
      ...expected,
      ...{ evidence: [], notAsked: [], lastReadAt: at(9 * MINUTE), nextAt: at(WINDOW) },
    });
  });

  it('that was ahead of its time moves nothing in a case that is open', () => {
    const item = settlingCase({}, { state: 'open-case', at: at(3) });
    const { settling, ...rest } = withReading(item, HOLDS, at(MINUTE));
    expect(settling).toEqual({ ...OPEN, lastReadAt: at(MINUTE), nextAt: at(2 * MINUTE), held: [60] });
    expect(rest).toMatchObject({ state: 'open-case', at: at(3) });
  });

  it.each<[string, Settling['controlledBy'], KeyReading['control'], Settling['controlledBy']]>([
    ['none', undefined, undefined, undefined],
    ['that of the first reading that has one', undefined, 'key', 'key'],
    ['that of the end, where readings have none', 'signer', undefined, 'signer'],
    ['that of the end, where readings have another', 'signer', 'key', 'signer'],
    ['that of an earlier reading, where a later one has another', 'key', 'signer', 'key'],
  ])('keeps for its window which key was accepted beside it: %s', (_what, controlledBy, control, expected) => {
    const { settling } = finds(MINUTE, reading('nothing', { control }), { controlledBy });
    expect(settling?.controlledBy).toBe(expected);
  });

  it.each<[string, number, Partial<Settling>, number]>([
    ['before the end of the first half minute, urgent', 1, { urgent: true }, MINUTE],
    ['at half a minute, urgent', 0.5 * MINUTE, { urgent: true }, MINUTE],
    ['half a minute before a slot', 4.5 * MINUTE, {}, 5 * MINUTE],
    ['less than that before a slot, which it takes the place of', 4.5 * MINUTE + 1, {}, 6 * MINUTE],
    ['at one minute, urgent', MINUTE, { urgent: true }, 2 * MINUTE],
    ['at two, urgent', 2 * MINUTE, { urgent: true }, 3 * MINUTE],
    ['at one minute', MINUTE, {}, 2 * MINUTE],
    ['at nine minutes', 9 * MINUTE, {}, WINDOW],
    ['at two minutes, in a window of three', 2 * MINUTE, { windowMs: 3 * MINUTE }, 3 * MINUTE],
    ['at two minutes, in a window of two and a half', 2 * MINUTE, { windowMs: 2.5 * MINUTE }, 2.5 * MINUTE],
    ['at nine minutes, in a window of an hour', 9 * MINUTE, { windowMs: 60 * MINUTE }, 10 * MINUTE],
    ['at ten minutes, in a window of an hour', 10 * MINUTE, { windowMs: 60 * MINUTE }, 12 * MINUTE],
    ['at four minutes, in a window of 45', 4 * MINUTE, { windowMs: 45 * MINUTE }, 4.5 * MINUTE],
    ['at 54 minutes, in a window of an hour', 54 * MINUTE, { windowMs: 60 * MINUTE }, 60 * MINUTE],
    ['just before the end', WINDOW - 1, {}, WINDOW - 1 + 30 * SECOND],
  ])('is followed by the next one at its time: %s', (_what, ms, settling, expected) => {
    expect(nextAfter(ms, HOLDS, settling)).toBe(expected);
    expect(nextAfter(ms, NOTHING, settling)).toBe(expected);
  });
});

/** What a window ends with, and the case as it then stands. */
const expectFound = (
  item: CaseItem,
  finding: Omit<SettleFinding, 'at' | 'number'>,
  ms: number,
  more: Partial<CaseItem> = {},
) => {
  expect(item).toEqual({
    ...settlingCase({ finding: { ...finding, at: at(ms), number: 1 }, lastReadAt: at(ms) }),
    findings: 1,
    found: { 'R#1': { outcome: finding.outcome, at: at(ms), held: [] } },
    state: 'proved-case',
    at: at(ms),
    ...more,
  });
};

describe('what a case keeps for the history', () => {
  it('is which readings held, in seconds before the finding', () => {
    const first = withReading(settlingCase(), HOLDS, at(MINUTE));
    const second = withReading(first, NOTHING, at(2 * MINUTE));
    const third = withReading(second, HOLDS, at(3 * MINUTE + 999));
    expect([second.settling?.held, third.settling?.held, third.found]).toEqual([[60], [60, 180], undefined]);
    const last = withReading(third, HOLDS, at(WINDOW));
    expect(last.found).toEqual({ 'R#1': { outcome: 'confirmed', at: at(WINDOW), held: [540, 420, 0] } });
    expect(last.settling?.held).toBeUndefined();
  });

  it('is of the latest 40 readings', () => {
    const held = Array.from({ length: 40 }, (_, n) => n);
    const { settling } = withReading(settlingCase({ held }), HOLDS, at(MINUTE));
    expect(settling?.held).toEqual([...held.slice(1), 60]);
  });

  it('begins again where the key was seen', () => {
    expect(startedAgain({ ...OPEN, held: [60] }, at(2 * MINUTE))?.held).toBeUndefined();
  });

  it('is the finding of an end that came after it', () => {
    const later = withSettling(
      { ...EMPTY, proved: PROVED, settling: found('confirmed'), state: 'proved-case' },
      'S#1',
      ended('already-revoked', MINUTE),
      TERMS,
    );
    expect(later.found).toEqual({ 'S#1': { outcome: 'confirmed', at: NOON, held: [] } });
  });

  it('is of the latest ten ends', () => {
    const names = Array.from({ length: 12 }, (_, n) => `R-${n}#1`);
    const before = Object.fromEntries(
      names.map((name, n) => [name, { outcome: 'confirmed', at: at(n), held: [] }] as const),
    );
    const { found: kept = {} } = finds(WINDOW, HOLDS, {}, { found: before });
    expect(Object.keys(kept)).toEqual([...names.slice(3), 'R#1']);
  });
});

describe('the last reading', () => {
  const SAID = { outcome: 'confirmed', why: '' } as const;

  it('confirms what holds when the window is over, and not before', () => {
    expectFound(finds(WINDOW, HOLDS), SAID, WINDOW, {
      found: { 'R#1': { outcome: 'confirmed', at: at(WINDOW), held: [0] } },
    });
    expect(finds(WINDOW - 1, HOLDS).settling).not.toHaveProperty('finding');
  });

  it('counts its finding, and strikes off earlier sightings only by a confirmation', () => {
    const before = { findings: 4, broken: { windows: 2, full: 1 } };
    const confirmed = finds(WINDOW, HOLDS, {}, before);
    expect([confirmed.settling?.finding?.number, confirmed.findings, confirmed.broken]).toEqual([5, 5, undefined]);
    const unconfirmed = finds(3 * WINDOW, NOTHING, {}, before);
    expect([unconfirmed.findings, unconfirmed.broken]).toEqual([5, before.broken]);
  });

  it('gives back a case that was only watched: proved or restricted where it is so, and idle otherwise', () => {
    const { state, at: since } = finds(WINDOW, HOLDS, { as: 'restricted' }, { proved: undefined });
    expect([state, since]).toEqual(['idle-case', at(WINDOW)]);
    const restricted = { proved: undefined, restrictedBy: 'R#1' };
    expect(finds(WINDOW, HOLDS, { as: 'restricted' }, restricted)).toMatchObject({
      state: 'restricted-case',
      restrictedBy: 'R#1',
      at: at(WINDOW),
    });
    expect(finds(3 * WINDOW, NOTHING, { as: 'restricted' }, restricted).state).toBe('restricted-case');
    const open = finds(WINDOW, HOLDS, {}, { state: 'open-case', at: at(3) });
    expect([open.state, open.at, open.settling?.finding?.outcome]).toEqual(['open-case', at(3), 'confirmed']);
  });

  it.each<[string, Partial<Settling>, SettleFinding['outcome']]>([
    ['confirms an accepted delete', {}, 'confirmed'],
    ['does not confirm a lost one', { basis: 'lost' }, 'unconfirmed/no-control'],
    ['does not confirm a refused one', { basis: 'refused' }, 'unconfirmed/no-control'],
    ['does not confirm a death without a call', { basis: undefined }, 'unconfirmed/no-control'],
    ['confirms a lost one beside a managing key', { basis: 'lost', controlledBy: 'signer' }, 'confirmed'],
    ['confirms a lost one beside a control key', { basis: 'lost', controlledBy: 'key' }, 'confirmed'],
    ['confirms settings, whatever came of the call', { as: 'restricted', basis: 'lost' }, 'confirmed'],
    ['confirms settings without a call', { as: 'restricted', basis: undefined }, 'confirmed'],
  ])('%s', (_what, settling, outcome) => {
    const { settling: read } = finds(WINDOW, HOLDS, settling);
    expect(read?.finding).toEqual({ outcome, why: '', at: at(WINDOW), number: 1 });
  });

  it.each([
    ['at once where nothing more can be read', 'credential-missing', WINDOW],
    ['after two more windows where a grant may follow', 'access-denied', 3 * WINDOW],
  ] as const)('that lacks something ends %s, and says why', (_what, lacks, endsAt) => {
    const lacking = reading('nothing', { lacks, why: 'AWS denies it' });
    expect(finds(endsAt - 1, lacking).settling).not.toHaveProperty('finding');
    expect(finds(endsAt, lacking).settling?.finding).toMatchObject({
      outcome: `unconfirmed/${lacks}`,
      why: 'AWS denies it',
    });
  });

  it('confirms a lost one by a control key that only this reading has', () => {
    expect(nextAfter(WINDOW, reading('holds', { control: 'key' }), { basis: 'lost' })).toBe('confirmed');
  });

  it.each<[string, number, KeyReading, Partial<Settling>, number | string]>([
    ['a minute later', WINDOW, NOTHING, {}, WINDOW + MINUTE],
    ['a minute later, for two more windows', 3 * WINDOW - 1, NOTHING, {}, 3 * WINDOW - 1 + MINUTE],
    ['no more after these', 3 * WINDOW, NOTHING, {}, 'unconfirmed/no-answer'],
    ['no more after two shorter windows', 3 * MINUTE, NOTHING, { windowMs: MINUTE }, 'unconfirmed/no-answer'],
    [
      'not at all where it is known why',
      WINDOW,
      reading('nothing', { lacks: 'signer-gone' }),
      {},
      'unconfirmed/signer-gone',
    ],
    ['in time where that is known too soon', MINUTE, reading('nothing', { lacks: 'signer-gone' }), {}, 2 * MINUTE],
  ])('that tells nothing is tried again %s', (_when, ms, seen, settling, expected) => {
    expect(nextAfter(ms, seen, settling)).toBe(expected);
  });

  it.each<[string, number, Partial<KeyReading>, Partial<Settling>, number | string]>([
    ['is tried again in its window as any other', MINUTE, {}, {}, 2 * MINUTE],
    ['holds the window open beyond two more', 3 * WINDOW, {}, {}, 3 * WINDOW + MINUTE],
    ['for up to two hours', WINDOW + HOURS_2 - 1, {}, {}, WINDOW + HOURS_2 - 1 + MINUTE],
    ['and no longer', WINDOW + HOURS_2, {}, {}, 'unconfirmed/no-answer'],
    ['for two more windows where these are longer', 4 * HOURS_2, {}, { windowMs: 2 * HOURS_2 }, 4 * HOURS_2 + MINUTE],
    ['and no longer than these', 6 * HOURS_2, {}, { windowMs: 2 * HOURS_2 }, 'unconfirmed/no-answer'],
    ['not at all where more is known', WINDOW, { lacks: 'signer-gone' }, {}, 'unconfirmed/signer-gone'],
  ])('that a refused control key voids %s', (_what, ms, more, settling, expected) => {
    expect(nextAfter(ms, reading('nothing', { isVoid: true, ...more }), settling)).toBe(expected);
  });

  it('that a control key does not void holds nothing open, also after one that it did', () => {
    const item = finds(WINDOW + HOURS_2 - MINUTE, reading('nothing', { isVoid: true }));
    const { settling } = withReading(item, reading('nothing', { isVoid: false }), at(WINDOW + HOURS_2 - 1));
    expect(settling?.finding).toEqual({
      outcome: 'unconfirmed/no-answer',
      why: '',
      at: at(WINDOW + HOURS_2 - 1),
      number: 1,
    });
  });
});

describe('a sighting in the window', () => {
  const AGAIN = 'The request is sent again';
  const broken = (ms: number, settling: Partial<Settling> = {}, rest: Partial<CaseItem> = {}) => {
    const item = finds(ms, BROKEN, { owners: ['R#1', 'S#1'], ...settling }, rest);
    return { item, finding: item.settling?.finding, broken: item.broken };
  };

  it('takes the word back at once, and opens the case of its first owner', () => {
    const finding: SettleFinding = { outcome: 'resurrected', why: AGAIN, at: at(MINUTE), number: 1 };
    expect(broken(MINUTE).item).toEqual({
      ...settlingCase({ owners: ['R#1', 'S#1'], lastReadAt: at(MINUTE), finding }),
      proved: undefined,
      restrictedBy: undefined,
      leftOpenBy: 'R#1',
      broken: { windows: 1, full: 0 },
      findings: 1,
      found: Object.fromEntries(
        ['R#1', 'S#1'].map((end) => [end, { outcome: 'resurrected', at: at(MINUTE), held: [] }]),
      ),
      state: 'open-case',
      at: at(MINUTE),
    });
  });

  it('says that the settings are wider again, of an update', () => {
    const { item, finding } = broken(MINUTE, { as: 'restricted' }, { proved: undefined, restrictedBy: 'R#1' });
    expect(finding).toMatchObject({ outcome: 'widened', why: AGAIN });
    expect([item.restrictedBy, item.leftOpenBy, item.state]).toEqual([undefined, 'R#1', 'open-case']);
  });

  it.each<[string, number, Partial<Settling>, number]>([
    ['counts a whole window where it was over, after an accepted call', WINDOW, {}, 3],
    ['counts a part of one before', WINDOW - 1, {}, 2],
    ['counts no whole window after a call that was lost', WINDOW, { basis: 'lost' }, 2],
    ['counts no whole window after no call', WINDOW, { basis: undefined }, 2],
  ])('%s', (_what, ms, settling, full) => {
    const { broken: counted } = broken(ms, settling, { broken: { windows: 4, full: 2 } });
    expect(counted).toEqual({ windows: 5, full });
  });

  const FLAPPING = ['unconfirmed/still-flapping', 'The key was seen again in 3 windows in a row'];

  it.each<[string, number, CaseItem['broken'], readonly string[]]>([
    ['the second', MINUTE, { windows: 1, full: 1 }, ['resurrected', AGAIN]],
    ['the third', MINUTE, { windows: 2, full: 2 }, FLAPPING],
    ['the third, the second after a whole window', WINDOW, { windows: 2, full: 1 }, FLAPPING],
    [
      'the fifth',
      MINUTE,
      { windows: 4, full: 0 },
      ['unconfirmed/still-flapping', 'The key was seen again in 5 windows in a row'],
    ],
    [
      'the third after a whole window',
      WINDOW,
      { windows: 2, full: 2 },
      ['stuck/no-effect', 'The key was seen again after 3 whole windows'],
    ],
    [
      'one more after four whole windows',
      MINUTE,
      { windows: 6, full: 4 },
      ['stuck/no-effect', 'The key was seen again after 4 whole windows'],
    ],
  ])('in a row is found as such: %s', (_what, ms, before, [outcome, why]) => {
    expect(broken(ms, {}, { broken: before }).finding).toEqual({ outcome, why, at: at(ms), number: 1 });
  });
});
