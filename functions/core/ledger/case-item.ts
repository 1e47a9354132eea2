import type { Facts, KeyRecord } from '../answer.ts';
import type { EpochMs } from '../epoch.ts';
import type { FindingOutcome, KeyState, StuckCode } from '../outcome.ts';
import type { Versioned } from '../ports.ts';
import type { Reach, Settle } from '../provider.ts';
import type { Control, Evidence } from '../receipt.ts';
import { LONGEST_DELAY_MS } from '../timing.ts';
import type { Forgotten } from './operator-items.ts';
import type { Ended } from './request-item.ts';

/** What two probes must agree on. `absent-unseen`: absent for an asker that had never seen the key. */
export type AgreedVerdict = 'absent' | 'absent-unseen' | Exclude<Reach, 'wider'>;

/** How the provider answered a call. `opaque`: a yes that says nothing of the key. `put-off`: a limit or a clock refused it. `lost`: no reply came, or the reply cannot be read. */
export type CallReply = 'accepted' | 'opaque' | 'refused' | 'put-off' | 'lost';

/** What one request did on one key. It is kept in the key's case under `requestId#attempt`. */
export interface AttemptRecord {
  /** Calls that left. Each was written before it left. */
  readonly calls: number;
  /** The calls without effect: the provider said so, or the key was gone before and the call was not accepted. */
  readonly notExecuted: number;
  readonly calledAt?: EpochMs | undefined;
  readonly lastCallAt?: EpochMs | undefined;
  readonly acceptedAt?: EpochMs | undefined;
  /** How each call was answered, in order; `lost` until the reply is read. Absent in items of release 0.1.0. */
  readonly callReplies?: readonly CallReply[] | undefined;
  /** The answer to the last call. */
  readonly lastAnswer?: 'accepted' | 'rejected' | 'silent' | undefined;
  /** The code of the end if the key is still alive after the last call. */
  readonly ifAlive?: StuckCode | undefined;
  /** The code for an end without a verdict. */
  readonly fallbackCode?: StuckCode | undefined;
  /** A probe has given a verdict since the last call. */
  readonly answered: boolean;
  /** Rounds in a row, before any call, in which a question got no verdict. */
  readonly silentRounds: number;
  /** Probes in a row, since the last call, that showed the key unchanged. */
  readonly unchanged?: { readonly count: number; readonly since: EpochMs } | undefined;
  /** The verdict of the last rounds, since when they agree, and how many they are. Release 0.1.0 keeps no number. */
  readonly agreed?:
    | ({ readonly on: AgreedVerdict; readonly at: EpochMs; readonly count?: number } & Partial<Tries>)
    | undefined;
  /** Rounds since the first effective call that showed the key (an update: not as asked). At most `MOST_SIGHTED`. */
  readonly sightedRounds?: number | undefined;
  /** The last round, of any request on the key, that showed the key. */
  readonly lastSightedAt?: EpochMs | undefined;
  /** The first round since the last sighting that found the key gone; a call does not restart it. */
  readonly absentSince?: EpochMs | undefined;
  /** When the settle window of its end is over, if that window had begun with an earlier end. */
  readonly settlesAt?: EpochMs | undefined;
  /** The last round that found the key gone. */
  readonly absentAt?: EpochMs | undefined;
  /** The first round since the last sighting or call in which another key of the account was accepted, and did not list the key. */
  readonly controlledSince?: EpochMs | undefined;
  /** Which key that was. Absent: the managing key. */
  readonly controlledBy?: Control | undefined;
  /** The first of the latest rounds in a row in which the provider said in its own words that the key was revoked. A call restarts it. */
  readonly revokedByWordSince?: EpochMs | undefined;
  /** Since when probes get a refusal that only a known key should get, and the provider's code of the latest one. */
  readonly doubt?: { readonly since: EpochMs; readonly code: string } | undefined;
  readonly keyState: KeyState;
  readonly facts: Facts;
  readonly before?: KeyRecord | undefined;
  readonly after?: KeyRecord | undefined;
  /** Of an update: what all readings of the settings have in common, and when the first of them was. */
  readonly narrowest?: KeyRecord | undefined;
  readonly readAt?: EpochMs | undefined;
  readonly evidence: readonly Evidence[];
  readonly deadAt?: EpochMs | undefined;
  readonly provedAt?: EpochMs | undefined;
  readonly ended?: Ended | undefined;
}

/** An attempt that has done nothing yet. */
export const NEW_ATTEMPT: AttemptRecord = {
  calls: 0,
  notExecuted: 0,
  answered: false,
  silentRounds: 0,
  keyState: 'unknown',
  facts: {},
  evidence: [],
};

/** How many of an attempt's calls the provider may have executed. */
export const executedCalls = ({ calls, notExecuted }: Pick<AttemptRecord, 'calls' | 'notExecuted'>): number =>
  calls - notExecuted;

/** Where answers that count for a proof came from. */
export interface Tries {
  /** Connections that were opened for them. */
  readonly connections: number;
  /** The different remote addresses of these, as the sockets report them. At most 20. */
  readonly addresses: readonly string[];
}

const MOST_ADDRESSES = 20;

/** Where answers came from, with more of them. @param more the remote address of each connection */
export const moreTries = ({ connections = 0, addresses = [] }: Partial<Tries>, more: readonly string[]): Tries => ({
  connections: connections + more.length,
  addresses: [...new Set([...addresses, ...more])].slice(0, MOST_ADDRESSES),
});

/** What is known of a key in the time after its end in which its provider's nodes may still disagree. */
export interface Settling extends Tries {
  /** What has to stay so: the key is gone, or it is as an update asked. */
  readonly as: 'gone' | 'restricted';
  /** The ends, as `requestId#attempt`, that wait for the finding. The first one's message carries the readings. */
  readonly owners: readonly string[];
  readonly urgent: boolean;
  readonly startedAt: EpochMs;
  readonly windowMs: number;
  readonly source: Settle['source'];
  /** No reading is due before. */
  readonly nextAt: EpochMs;
  readonly lastReadAt?: EpochMs | undefined;
  /** The readings that held, in whole seconds after the start. No decision rests on them. */
  readonly held?: readonly number[] | undefined;
  readonly basis?: Basis | undefined;
  /** Another key that was accepted while this one was not. */
  readonly controlledBy?: Control | undefined;
  /** How often the key itself, or a list, was asked in the window and did not know the key. */
  readonly absences: number;
  readonly triedKey: boolean;
  /** Of the last reading. */
  readonly evidence: readonly Evidence[];
  /** Hosts where the key was seen before, and which gave no verdict in the last reading. */
  readonly notAsked: readonly string[];
  /** What was found. It is published, and then the owners are struck off. */
  readonly finding?: SettleFinding | undefined;
}

/** Whether no message waits for the next reading, since no queue delays one that long: a sweep sends it when it is due. */
export const comesBySweep = ({ nextAt, lastReadAt, startedAt }: Settling): boolean =>
  nextAt - (lastReadAt ?? startedAt) > LONGEST_DELAY_MS;

/** A finding as it is stored before it is published. */
export interface SettleFinding {
  readonly outcome: FindingOutcome | 'stuck/no-effect';
  readonly why: string;
  readonly at: EpochMs;
  /** Counts the findings of the case. */
  readonly number: number;
}

/** What was found for one end, for its history. */
export interface EndFinding extends Pick<SettleFinding, 'outcome' | 'at'> {
  /** The readings that held, in whole seconds before the finding, the earliest first. */
  readonly held: readonly number[];
}

/** A case keeps what was found for so many ends. */
const MOST_FOUND = 10;

/** What was found for the ends of a case, with the finding of some more. The latest stay. */
export const withFound = (
  before: CaseItem['found'],
  ends: readonly string[],
  { outcome, at }: SettleFinding,
  held: readonly number[],
): NonNullable<CaseItem['found']> => {
  const more = Object.fromEntries(ends.map((name) => [name, { outcome, at, held }]));
  const all = Object.entries<EndFinding>({ ...before, ...more });
  return Object.fromEntries(all.toSorted(([, a], [, b]) => a.at - b.at).slice(-MOST_FOUND));
};

/** One key's record. */
export interface CaseItem extends Versioned {
  readonly provider: string;
  readonly realm: string;
  readonly keyId: string;
  /** When each question was first answered in a way that authenticates the key or names it. */
  readonly sightings: Readonly<Record<string, EpochMs>>;
  /** What each signer's questions showed, for the next request with the same signer. */
  readonly facts: Readonly<Record<string, Facts>>;
  /** Names of control keys that were seen to be of the same account, the latest last. */
  readonly controls?: readonly string[] | undefined;
  readonly lease?: { readonly holder: string; readonly until: EpochMs } | undefined;
  readonly attempts: Readonly<Record<string, AttemptRecord>>;
  readonly proved?: { readonly at: EpochMs; readonly deadAt: EpochMs; readonly endedBy: string } | undefined;
  /** The request, as `requestId#attempt`, whose end left the case open. */
  readonly leftOpenBy?: string | undefined;
  /** The latest end as `restricted`, as `requestId#attempt`, that nothing has contradicted since. */
  readonly restrictedBy?: string | undefined;
  /** `sightedRounds` of the attempts that have ended, by the highest. It also counts the sightings after a proof. */
  readonly sightedRounds?: number | undefined;
  /** Findings published for it. */
  readonly findings?: number | undefined;
  readonly settling?: Settling | undefined;
  /** What was found for each end, by `requestId#attempt`. Of the latest 10 ends. No decision rests on it. */
  readonly found?: Readonly<Record<string, EndFinding>> | undefined;
  /** How many windows a sighting has ended since the key was last confirmed: all of them, and those whose full time was over. */
  readonly broken?: { readonly windows: number; readonly full: number } | undefined;
  /** Who decided, and why, that this system no longer watches the key. A request opens the case again. */
  readonly forgotten?: Forgotten | undefined;
  readonly state: 'open-case' | 'settling-case' | 'proved-case' | 'restricted-case' | 'idle-case' | 'forgotten-case';
  readonly at: EpochMs;
}

/** The request, as `requestId#attempt`, for which the key is checked again. */
export const ownerOf = ({ proved, leftOpenBy, restrictedBy, state }: CaseItem): string | undefined =>
  proved?.endedBy ?? leftOpenBy ?? (state === 'restricted-case' ? restrictedBy : undefined);

/** The state of a case that no one works on, and that nothing keeps open. */
export const restingState = ({ proved, restrictedBy }: Pick<CaseItem, 'proved' | 'restrictedBy'>): CaseItem['state'] =>
  proved ? 'proved-case' : restrictedBy === undefined ? 'idle-case' : 'restricted-case';

/** How the calls were answered. Items of release 0.1.0 hold only the best and the last answer. */
export const repliesOf = ({
  callReplies,
  calls,
  notExecuted,
  acceptedAt,
  lastAnswer,
}: AttemptRecord): readonly CallReply[] => {
  if (callReplies !== undefined) return callReplies;
  if (acceptedAt !== undefined) return ['accepted'];
  if (calls <= notExecuted) return [];
  return [lastAnswer === 'rejected' ? 'refused' : 'lost'];
};

/** From the best to the worst basis for `revoked`. */
const BASES = ['accepted', 'lost', 'refused'] as const;

export type Basis = (typeof BASES)[number];

/** The best answer to all calls of an attempt; `undefined` if the provider executed none. */
export const basisOf = (progress: AttemptRecord): Basis | undefined => {
  // A release that keeps no list of replies may have run in between.
  if (progress.acceptedAt !== undefined) return 'accepted';
  const replies = repliesOf(progress);
  return BASES.find((basis) => replies.includes(basis) || (basis === 'lost' && replies.includes('opaque')));
};

/** Which other key of the account was accepted while the key was not. */
export const controlIn = ({ controlledSince, controlledBy = 'signer' }: AttemptRecord): Control | undefined =>
  controlledSince === undefined ? undefined : controlledBy;

/** Whether the provider may have executed a call: it accepted the call, or the reply was lost. */
export const hasEffectiveCall = (progress: AttemptRecord): boolean => {
  const basis = basisOf(progress);
  return basis === 'accepted' || basis === 'lost';
};

/** More sightings after an effective call than this ask for nothing more. */
export const MOST_SIGHTED = 10;

/** One more sighting. */
export const oneMoreSighted = (sightedRounds = 0): number => Math.min(MOST_SIGHTED, sightedRounds + 1);

/** How many rounds have shown the key since the first effective call on it, by any request. */
export const sightedRoundsIn = ({
  sightedRounds = 0,
  attempts,
}: Pick<CaseItem, 'sightedRounds' | 'attempts'>): number =>
  Math.max(sightedRounds, ...Object.values(attempts).map((record) => record.sightedRounds ?? 0));
