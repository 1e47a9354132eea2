import { after, type EpochMs, earlier, later } from '../epoch.ts';
import {
  basisOf,
  type CaseItem,
  controlIn,
  moreTries,
  NEW_ATTEMPT,
  restingState,
  type SettleFinding,
  type Settling,
  withFound,
} from '../ledger/case-item.ts';
import { requestIdOf } from '../ledger/keys.ts';
import type { Ended } from '../ledger/request-item.ts';
import { hasToHold, isGone, type UnconfirmedCode } from '../outcome.ts';
import type { Settle } from '../provider.ts';
import type { Control, Evidence } from '../receipt.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../timing.ts';

/** A window has so many readings, and so many more in its first minutes if it is long. One more is due when it is over. */
const READINGS = 10;

/**
 * When readings are due after the end, in milliseconds. A provider may change its nodes by the minute: so readings in the same minute tell
 * little more than one of them.
 */
const slotsIn = ({ urgent, windowMs }: Settling): readonly number[] => {
  const counted = Array.from({ length: READINGS }, (_, index) => index + 1);
  const apartMs = Math.max(MINUTE_MS, Math.ceil(windowMs / READINGS));
  const even = counted.map((n) => n * apartMs);
  const early = counted.map((n) => n * MINUTE_MS);
  return [...(urgent ? [30 * SECOND_MS] : []), ...early, ...even].toSorted((a, b) => a - b);
};

/** The least time between two readings. */
const APART_MS = 30 * SECOND_MS;

/** For how many more windows a last reading that tells nothing is tried again, once a minute. */
const EXTRA_WINDOWS = 2;

/** After an hour of refusals a control key counts no more. Until then its refusals hold a window open, and they may begin at its end. */
const MOST_VOID_MS = 2 * HOUR_MS;

/** A provider that shows the key again in this many windows is not expected to stop. */
const MOST_BROKEN = 3;

/** What one reading in the window showed. */
export interface KeyReading {
  /** `holds`: every answer that gave a verdict says what the end said. `broken`: an answer shows the key, or wider settings. */
  readonly saw: 'holds' | 'broken' | 'nothing';
  /** Another key that was accepted while this one was not. */
  readonly control: Control | undefined;
  /** Answers that did not know the key. */
  readonly absences: number;
  /** The remote address of each connection that was opened for these. */
  readonly connections: readonly string[];
  /** The key itself was tried. */
  readonly triedKey: boolean;
  readonly evidence: readonly Evidence[];
  /** Hosts where the key was seen before, and which gave no verdict. */
  readonly notAsked: readonly string[];
  /** A control key of the account was refused as well. So this reading shows nothing, whatever the key's own answers were. */
  readonly isVoid?: boolean;
  /** What keeps a reading that shows nothing from showing more. */
  readonly lacks?: UnconfirmedCode | undefined;
  /** The details of what it lacks. */
  readonly why?: string;
}

/** How a window is kept: as the provider says, with more readings for an urgent request. */
export interface SettleTerms extends Settle {
  readonly urgent: boolean;
}

const endOf = ({ startedAt, windowMs }: Settling): EpochMs => after(startedAt, windowMs);

/** When the next reading is due: at the next slot, or when the window is over. */
const nextReading = (settling: Settling, notBefore: EpochMs): EpochMs => {
  const end = endOf(settling);
  const slot = slotsIn(settling).find((ms) => after(settling.startedAt, ms) >= notBefore);
  return later(notBefore, earlier(end, slot === undefined ? end : after(settling.startedAt, slot)));
};

/** Whether readings are still due. */
export const isSettling = (settling: Settling | undefined): settling is Settling & { readonly finding?: undefined } =>
  settling !== undefined && settling.finding === undefined;

/** A later attempt takes the place of an earlier one of its request, whose receipt is not kept. */
const withOwner = (owners: readonly string[], name: string): readonly string[] => {
  const isOurs = (other: string): boolean => requestIdOf(other) === requestIdOf(name);
  return owners.some(isOurs) ? owners.map((other) => (isOurs(other) ? name : other)) : [...owners, name];
};

/** Nothing was read in the window yet. */
const UNREAD = { absences: 0, ...moreTries({}, []), triedKey: false, notAsked: [], held: undefined } as const;

const begun = (
  { attempts, settling }: CaseItem,
  name: string,
  { outcome, at }: Ended,
  { windowMs, source, urgent }: SettleTerms,
): Settling => {
  const record = attempts[name] ?? NEW_ATTEMPT;
  const started: Settling = {
    as: isGone(outcome) ? 'gone' : 'restricted',
    // An end that has not got its finding gets the next one.
    owners: withOwner(settling?.owners ?? [], name),
    urgent,
    startedAt: at,
    windowMs,
    source,
    nextAt: at,
    basis: basisOf(record),
    controlledBy: controlIn(record),
    ...UNREAD,
    evidence: [],
  };
  return { ...started, nextAt: nextReading(started, after(at, 1)) };
};

/** A later end joins the window of an earlier one, or takes the finding that there is. A proof of its own says that the key was seen since. */
const joined = (item: CaseItem, name: string, ended: Ended, terms: SettleTerms): Settling => {
  const { settling, proved } = item;
  const isSame = settling?.as === 'gone' && isGone(ended.outcome) && proved?.endedBy !== name;
  const isKnown = settling?.finding === undefined || settling.finding.outcome === 'confirmed';
  return isSame && isKnown
    ? { ...settling, owners: withOwner(settling.owners, name) }
    : begun(item, name, ended, terms);
};

/** The window after a running request has seen the key alive: it starts again, and no delete of before says anything of the key. */
export const startedAgain = (settling: Settling | undefined, now: EpochMs): Settling | undefined => {
  if (!isSettling(settling)) return settling;
  const started: Settling = {
    ...settling,
    startedAt: now,
    basis: undefined,
    controlledBy: undefined,
    ...UNREAD,
  };
  return { ...started, nextAt: nextReading(started, after(now, 1)) };
};

/** The case as it stands while its key is still read, unless its case is open. */
export const whileSettling = (item: CaseItem): CaseItem =>
  isSettling(item.settling) && item.state !== 'open-case'
    ? { ...item, state: 'settling-case', at: item.settling.nextAt }
    : item;

/** The case after an end, with the window in which the end has to hold. */
export const withSettling = (item: CaseItem, name: string, ended: Ended, terms: SettleTerms): CaseItem => {
  if (!hasToHold(ended.outcome)) return whileSettling(item);
  const settling = joined(item, name, ended, terms);
  const record = item.attempts[name];
  // A receipt says when its finding follows: of a window that has begun before, earlier than a window later.
  const isEarlier = record !== undefined && settling.startedAt < ended.at;
  const attempts = isEarlier ? { [name]: { ...record, settlesAt: later(ended.at, endOf(settling)) } } : {};
  return whileSettling({
    ...item,
    settling,
    ...(settling.finding ? { found: withFound(item.found, [name], settling.finding, []) } : {}),
    attempts: { ...item.attempts, ...attempts },
  });
};

/** Why a window that held does not confirm: after a call that the provider did not accept, an outage would look the same. */
const lacksIn = ({ as, basis, controlledBy }: Settling): UnconfirmedCode | undefined =>
  as === 'gone' && basis !== 'accepted' && controlledBy === undefined ? 'no-control' : undefined;

/** A provider may answer later, and a grant may follow. */
const PASSING_LACKS: readonly UnconfirmedCode[] = ['no-answer', 'access-denied'];

type Found = Omit<SettleFinding, 'number' | 'at'>;

const found = (
  settling: Settling,
  { saw, isVoid, lacks = 'no-answer', why = '' }: KeyReading,
  now: EpochMs,
): Found | undefined => {
  if (now < endOf(settling)) return undefined;
  const unconfirmed = (code: UnconfirmedCode): Found => ({ outcome: `unconfirmed/${code}`, why });
  if (saw === 'holds') {
    const missing = lacksIn(settling);
    return missing === undefined ? { outcome: 'confirmed', why: '' } : unconfirmed(missing);
  }
  const extraMs = Math.max(EXTRA_WINDOWS * settling.windowMs, isVoid ? MOST_VOID_MS : 0);
  const isOver = !PASSING_LACKS.includes(lacks) || now >= after(endOf(settling), extraMs);
  return isOver ? unconfirmed(lacks) : undefined;
};

/** What follows from a sighting in the window. */
const foundBroken = ({ as }: Settling, { windows, full }: NonNullable<CaseItem['broken']>): Found => {
  if (full >= MOST_BROKEN)
    return { outcome: 'stuck/no-effect', why: `The key was seen again after ${full} whole windows` };
  if (windows >= MOST_BROKEN)
    return { outcome: 'unconfirmed/still-flapping', why: `The key was seen again in ${windows} windows in a row` };
  return { outcome: as === 'gone' ? 'resurrected' : 'widened', why: 'The request is sent again' };
};

const secondsIn = (ms: number): number => Math.floor(ms / SECOND_MS);

const withFinding = (item: CaseItem, settling: Settling, said: Found, now: EpochMs): CaseItem => {
  const number = (item.findings ?? 0) + 1;
  const isConfirmed = said.outcome === 'confirmed';
  const finding: SettleFinding = { ...said, at: now, number };
  const { held = [], startedAt } = settling;
  const before = held.map((seconds) => secondsIn(now - startedAt) - seconds);
  return {
    ...item,
    settling: { ...settling, held: undefined, finding },
    found: withFound(item.found, settling.owners, finding, before),
    findings: number,
    broken: isConfirmed ? undefined : item.broken,
    ...(item.state === 'settling-case' ? { state: restingState(item), at: now } : {}),
  };
};

/** A word that no longer holds: the key is as it was, and the case of its first owner is open again. */
const withdrawn = (item: CaseItem, settling: Settling, now: EpochMs): CaseItem => {
  const { windows = 0, full = 0 } = item.broken ?? {};
  const isFull = settling.basis === 'accepted' && now >= endOf(settling);
  const broken = { windows: windows + 1, full: full + (isFull ? 1 : 0) };
  const opened: CaseItem = {
    ...item,
    proved: undefined,
    restrictedBy: undefined,
    leftOpenBy: settling.owners[0],
    broken,
    state: 'open-case',
    at: now,
  };
  return withFinding(opened, settling, foundBroken(settling, broken), now);
};

/** The latest of the readings that held stay. */
const MOST_HELD = 40;

/** The case after a reading in its window. */
export const withReading = (item: CaseItem, reading: KeyReading, now: EpochMs): CaseItem => {
  if (!isSettling(item.settling)) return item;
  const { held = [], startedAt } = item.settling;
  const read: Settling = {
    ...item.settling,
    ...(reading.saw === 'holds' ? { held: [...held, secondsIn(now - startedAt)].slice(-MOST_HELD) } : {}),
    lastReadAt: now,
    controlledBy: item.settling.controlledBy ?? reading.control,
    absences: item.settling.absences + reading.absences,
    ...moreTries(item.settling, reading.connections),
    triedKey: item.settling.triedKey || reading.triedKey,
    evidence: reading.evidence,
    notAsked: reading.notAsked,
  };
  if (reading.saw === 'broken') return withdrawn(item, read, now);
  const said = found(read, reading, now);
  if (said) return withFinding(item, read, said, now);
  const settling = { ...read, nextAt: nextReading(read, after(now, now < endOf(read) ? APART_MS : MINUTE_MS)) };
  return { ...item, settling, ...(item.state === 'settling-case' ? { at: settling.nextAt } : {}) };
};
