import type { CaseState, RequestState } from '../rules/case-model.ts';
import type { Cause, Seen } from '../rules/outcomes.ts';
import type { Order, Signed, Stage } from '../system/stage.ts';
import type { Reading } from './reading.ts';
import type { Sent } from './sent.ts';

/** A call that left. */
export interface Called {
  readonly at: number;
  /** Its number in the sandbox's record. */
  readonly seq: number;
  /** Whether the key was alive before. */
  readonly isAlive: boolean;
  /** Its delivery met trouble, so that the reply may not have come into the ledger. */
  readonly isCut: boolean;
}

export type Sureness = 'surely' | 'maybe' | 'not';

/** What an attempt's readings may have shown it. */
export interface View {
  /** Since it was pinned. */
  readonly readings: Reading[];
  /** The earliest reading since the last sight that may have missed the key. */
  absentSince: number | undefined;
  /** The first reading since the last that may have shown it which certainly missed the key, and came into the ledger. */
  missingSince: number | undefined;
  /** The last reading that certainly did not show it. */
  missedAt: number | undefined;
  /** When it certainly showed after a call that was certainly effective, a second or more apart. */
  readonly sights: number[];
  /** The readings since the last that may have shown it. */
  readonly misses: number[];
  /** How long it was absent when the attempt ended; 0 where it was not. */
  absentForMs: number;
  /** Whether more than the key's own absence reported its death when the attempt ended. */
  told: Sureness;
  /** Where the key was asked first; its sibling environments are elsewhere. */
  home: string | undefined;
  /** So many calls were made before an absence that the key turned out to live through. */
  spent: number;
  /** One was certainly an answer to the living key, and came into the ledger. */
  isSighted: boolean;
  /** All were certainly of a key that is not there, for one that never saw it. */
  isUnknown: boolean;
}

/** One attempt at a request, as the model follows it. */
export interface Attempt {
  /** `requestId#attempt`, as the ledger names it. */
  readonly work: string;
  readonly sent: Sent;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** When it was pinned, or else at its first delivery. */
  wasAlive: boolean;
  wasSeen: Seen;
  readonly causes: Set<Cause>;
  state: RequestState;
  /** The key that it was pinned to. */
  key: string | undefined;
  /** The only key that it may be about. */
  onlyKey: string | undefined;
  /** Calls that are in the ledger, less those that were taken back. */
  attempted: number;
  readonly calls: Called[];
  readonly view: View;
  isCopied: boolean;
  outcome: string | undefined;
  /** As first published. */
  receipt: string | undefined;
}

/** The time in which an end has to hold. */
export interface Window {
  readonly as: 'gone' | 'restricted';
  /** Epoch milliseconds: the end, or a later sight of the key by a request. */
  readonly since: number;
  isOpen: boolean;
  /** Whether a managing key may have been accepted while this one was gone. */
  isTold: boolean;
  /** The key itself was asked. */
  isTried: boolean;
}

/** What was last found in a window of the key. */
export interface Found {
  readonly outcome: string;
  readonly number: number;
}

/** One key, as the model follows it. */
export interface KeyModel {
  state: CaseState;
  /** Whatever was ever done to it. */
  readonly causes: Set<Cause>;
  readonly seenSurely: Set<Signed>;
  readonly seenMaybe: Set<Signed>;
  /** Other keys whose lists have named it, by what is in the ledger. */
  readonly listedTo: Map<string, Sureness>;
  /** The request whose end left the case open. */
  openBy: string | undefined;
  /** The latest that ended as restricted, as long as nothing speaks against it. */
  restrictedBy: string | undefined;
  /** The one whose end proved it dead. */
  provedBy: string | undefined;
  /** It may have shown after a call, by any request: then more absences are asked for. */
  mayFlap: boolean;
  /** A sight of the living key was reported and not yet used up. */
  isTold: boolean;
  /** Whose word a reading has just taken back. */
  takenBack: string | undefined;
  window: Window | undefined;
  /** By the name of its request, the latest end that waits for a finding. */
  readonly owed: Map<string, string>;
  found: Found | undefined;
  /** Windows that a sight has ended since the key was last confirmed. */
  broken: number;
  /** What was said of each end in its window, as text. */
  readonly said: Map<string, string>;
}

export interface Model {
  readonly stage: Stage;
  readonly sent: Sent[];
  readonly attempts: Map<string, Attempt>;
  readonly keys: Map<string, KeyModel>;
  /** What was ever done to each secret. */
  readonly secrets: Map<string, Set<Cause>>;
  /** Secrets that are scheduled for deletion. */
  readonly missing: Set<string>;
  /** Secrets that AWS denies. */
  readonly denied: Set<string>;
  /** Whether the last change of a key was none that gave it back: a reading may lag behind a death, not behind a life. */
  mayLag: boolean;
  /** What the provider has met: exchanges that went wrong, or an outage. Both together can hide a living key for ever. */
  weather: 'well' | 'faults' | 'outage';
  steps: number;
}

export const newModel = (stage: Stage): Model => ({
  stage,
  sent: [],
  attempts: new Map(),
  keys: new Map(),
  secrets: new Map(),
  missing: new Set(),
  denied: new Set(),
  mayLag: true,
  weather: 'well',
  steps: 0,
});

const made = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
};

export const keyIn = ({ keys }: Model, keyId: string): KeyModel =>
  made(keys, keyId, () => ({
    state: 'none',
    causes: new Set(),
    seenSurely: new Set(),
    seenMaybe: new Set(),
    listedTo: new Map(),
    openBy: undefined,
    restrictedBy: undefined,
    provedBy: undefined,
    mayFlap: false,
    isTold: false,
    takenBack: undefined,
    window: undefined,
    owed: new Map(),
    found: undefined,
    broken: 0,
    said: new Map(),
  }));

export const secretIn = ({ secrets }: Model, name: string): Set<Cause> => made(secrets, name, () => new Set());

export const isOver = ({ state }: Attempt): boolean => ['ended', 'told', 'closed'].includes(state);

const askersOf = (signed: Signed): readonly Signed[] => (signed === 'both' ? ['self', 'managing'] : [signed]);

/** Whether all that ask in this order had an answer of the living key; of two, perhaps only one. */
export const seenBy = (key: KeyModel, { signed }: Order): Seen => {
  const askers = askersOf(signed);
  if (askers.every((asker) => key.seenSurely.has(asker))) return 'surely';
  if (!askers.some((asker) => key.seenMaybe.has(asker))) return 'never';
  return signed === 'both' ? 'half' : 'maybe';
};

/** Notes that those who ask in this order may have seen the key, or must have. */
export const noteSeen = (key: KeyModel, signed: Signed, isSure: boolean): void => {
  for (const asker of askersOf(signed)) {
    key.seenMaybe.add(asker);
    if (isSure) key.seenSurely.add(asker);
  }
};

/** Notes what was done to a key, for itself and for every attempt that it concerns. */
export const noteChange = (model: Model, keyId: string, cause: Cause): void => {
  keyIn(model, keyId).causes.add(cause);
  for (const attempt of model.attempts.values()) {
    const { target, signer } = attempt.sent.order;
    if (!isOver(attempt) && [attempt.key, target, signer].includes(keyId)) attempt.causes.add(cause);
  }
};

/** The name that all attempts at a request share. */
export const nameOf = (work: string): string => work.slice(0, work.lastIndexOf('#'));

/** The key that a request has pinned last, by its name. */
const pinnedBy = ({ attempts }: Model, name: string): string | undefined =>
  [...attempts.values()].findLast(({ work, key }) => nameOf(work) === name && key !== undefined)?.key;

/**
 * Whether a request whose id another one has may be carried out under its message's id: a delete whose key cannot be mistaken. What opens its
 * key by a label is about the key that the other one has pinned.
 */
export const apartIn = (model: Model, sent: Sent): { readonly onlyKey: string | undefined } | undefined => {
  const { order, isPlan, requestId } = sent;
  if (isPlan || order.kind !== 'delete') return undefined;
  const { target } = order.request;
  const isNamed = typeof target === 'object' && target !== null && !('secretId' in target);
  const onlyKey = isNamed ? undefined : pinnedBy(model, requestId);
  return isNamed || onlyKey !== undefined ? { onlyKey } : undefined;
};

/** The latest attempt at what a message asks for; a request under an id that is taken is kept under the message's. */
export const attemptOf = ({ attempts }: Model, sent: Sent, messageId: string): Attempt | undefined => {
  const name = `${sent.requestId}${sent.isPlan ? '#plan' : ''}`;
  return [...attempts.values()].findLast(
    ({ work, sent: { says } }) => (nameOf(work) === name && says === sent.says) || nameOf(work) === messageId,
  );
};
