import type { Facts, KeyRecord } from '../answer.ts';
import type { EpochMs } from '../epoch.ts';
import type { ProviderName } from '../operations.ts';
import type { FinalOutcome, KeyState, StuckCode } from '../outcome.ts';
import type { ItemKey, Versioned } from '../ports.ts';
import type { Reach } from '../provider.ts';
import type { Evidence, Receipt } from '../receipt.ts';
import type { RevocationRequest } from '../request/parse-request.ts';
import type { Forgotten } from './operator-items.ts';

/** What a dry run found that a real request would do. */
export interface Planned {
  readonly does: 'call' | 'end' | 'wait';
  /** Where it would end without a call. */
  readonly outcome?: FinalOutcome | undefined;
  /** What may go wrong, or become impossible afterwards, in sentences. */
  readonly forecast: readonly string[];
}

/** How a request ended, before its receipt is made. */
export interface Ended {
  readonly outcome: FinalOutcome;
  /** What is particular to this end; the general sentence and the next step come from the outcome. */
  readonly why: string;
  readonly at: EpochMs;
  /** What was asked outside the case's own rounds. */
  readonly evidence: readonly Evidence[];
  readonly plan?: Planned | undefined;
}

/** A secret's version, and whose key is in it. */
export interface Pinned {
  readonly arn: string;
  readonly secretId: string;
  readonly versionId: string;
  readonly environment: string;
  readonly keyId: string;
}

/** What the first delivery found and every later one keeps to. */
export interface Pin {
  readonly signer: Pinned;
  /** The secret of the target, where the request names one. */
  readonly target?: Pinned | undefined;
  readonly self: boolean;
  readonly keyId: string;
  readonly subMemberId?: string | undefined;
  /** Of the target; a Bybit demo key's differs from its signer's. */
  readonly environment: string;
  readonly realm: string;
  /** The case's name in the ledger, and the signer's. */
  readonly keyName: string;
  readonly signerName: string;
}

/** Whether both mean the same versions of the same secrets, and the key that was in them. */
export const isSamePin = (a: Pin | undefined, b: Pin | undefined): boolean =>
  a?.keyName === b?.keyName &&
  a?.signer.versionId === b?.signer.versionId &&
  a?.target?.versionId === b?.target?.versionId;

/** One request, attempt by attempt. */
export interface RequestItem extends Versioned {
  readonly requestId: string;
  /** Kept apart from the real request of the same id. */
  readonly planOnly: boolean;
  /** Of the request's fields: the same id with others is refused. */
  readonly digest: string;
  readonly attempt: number;
  readonly provider: ProviderName | undefined;
  readonly request: RevocationRequest | undefined;
  /** What stands for a body that was no request in the stuck queue. */
  readonly stub?: string | undefined;
  readonly sender: string;
  readonly dueAt: EpochMs;
  /** The first delivery of this attempt. */
  readonly receivedAt: EpochMs;
  readonly pin?: Pin | undefined;
  /** What an earlier attempt had pinned: a redrive that finds another key in the secret is refused. */
  readonly former?: Pin | undefined;
  readonly ended?: Ended | undefined;
  readonly receipt?: Receipt | undefined;
  readonly published: boolean;
  /** Receipts published while the request was still open, and when the last one was. */
  readonly interim: { readonly count: number; readonly at: EpochMs | undefined };
  /** For the index of open requests; absent once the request is over. */
  readonly state?: 'open-request' | undefined;
  readonly at: EpochMs;
}

/** What two probes have to agree on. `unbacked`: absent, for an asker that had never seen the key. */
export type AgreedVerdict = 'absent' | 'absent-unseen' | Exclude<Reach, 'wider'>;

/** How the provider answered a call: `put-off` for a limit or a clock, `lost` where no reply came or none that can be read. */
export type CallReply = 'accepted' | 'refused' | 'put-off' | 'lost';

/** One request's doings on one key, kept in the key's case under `requestId#attempt`. */
export interface AttemptRecord {
  /** Calls that left, each written before it did. */
  readonly calls: number;
  /** Those among them that did nothing: the provider said so, or the key was gone before and the call was not accepted. */
  readonly notExecuted: number;
  readonly calledAt?: EpochMs | undefined;
  readonly lastCallAt?: EpochMs | undefined;
  readonly acceptedAt?: EpochMs | undefined;
  /** How each call was answered, in their order; `lost` until its reply is read. Absent in what 0.1.0 wrote. */
  readonly callReplies?: readonly CallReply[] | undefined;
  /** What the last call was answered with. */
  readonly lastAnswer?: 'accepted' | 'rejected' | 'silent' | undefined;
  /** The code that a key still alive after the last call ends as. */
  readonly ifAlive?: StuckCode | undefined;
  /** The code for an end without a verdict. */
  readonly fallbackCode?: StuckCode | undefined;
  /** A probe has given a verdict since the last call. */
  readonly answered: boolean;
  /** Rounds in a row, before any call, in which somebody asked gave no verdict. */
  readonly silentRounds: number;
  /** Probes in a row that showed the key as it was, since the last call. */
  readonly unchanged?: { readonly count: number; readonly since: EpochMs } | undefined;
  readonly agreed?: { readonly on: AgreedVerdict; readonly at: EpochMs } | undefined;
  /** The first round since the last sighting that found the key gone; a call does not restart it. */
  readonly absentSince?: EpochMs | undefined;
  readonly keyState: KeyState;
  readonly facts: Facts;
  readonly before?: KeyRecord | undefined;
  readonly after?: KeyRecord | undefined;
  readonly evidence: readonly Evidence[];
  readonly deadAt?: EpochMs | undefined;
  readonly provedAt?: EpochMs | undefined;
  readonly ended?: Ended | undefined;
}

/** One key's record. */
export interface CaseItem extends Versioned {
  readonly provider: ProviderName;
  readonly realm: string;
  readonly keyId: string;
  /** When each question was first answered in a way that authenticates the key or names it. */
  readonly sightings: Readonly<Record<string, EpochMs>>;
  /** What each signer's questions taught, for the next request by the same signer. */
  readonly facts: Readonly<Record<string, Facts>>;
  readonly lease?: { readonly holder: string; readonly until: EpochMs } | undefined;
  readonly attempts: Readonly<Record<string, AttemptRecord>>;
  readonly proved?: { readonly at: EpochMs; readonly deadAt: EpochMs; readonly endedBy: string } | undefined;
  /** The request, as `requestId#attempt`, whose end left the case open. */
  readonly leftOpenBy?: string | undefined;
  /** Findings published for it. */
  readonly findings?: number | undefined;
  /** By whom and why nobody looks after it any more, until a request opens it anew. */
  readonly forgotten?: Forgotten | undefined;
  readonly state: 'open-case' | 'proved-case' | 'idle-case' | 'forgotten-case';
  readonly at: EpochMs;
}

/** The request, as `requestId#attempt`, for which the key is looked at again. */
export const ownerOf = ({ proved, leftOpenBy }: CaseItem): string | undefined => proved?.endedBy ?? leftOpenBy;

/** The index that lists items by their state, oldest first; it may lag behind the table. */
// Stryker disable next-line StringLiteral: a name, and the table takes it from here
export const BY_STATE = 'by-state';

/** The key that a secret's version was found to hold, for providers that do not tell it in the credential. */
export interface KeyIdentityItem extends Versioned {
  readonly keyId: string;
  /** The question that the provider answered with it. */
  readonly questionIds: readonly string[];
}

export const requestKey = (requestId: string, planOnly: boolean): ItemKey => ({
  pk: `request#${requestId}${planOnly ? '#plan' : ''}`,
  sk: 'request',
});

/** Names a key across the product: `bybit/mainnet/AK1`. */
export const keyName = (provider: string, realm: string, keyId: string): string => `${provider}/${realm}/${keyId}`;

export const caseKey = (name: string): ItemKey => ({ pk: `case#${name}`, sk: 'case' });

/** Says whether a case still needs this key to sign. Items are never deleted: the functions hold no right to. */
export interface SignerItem extends Versioned {
  readonly needed: boolean;
}

/** Where it is said that a case needs this key to sign. */
export const signerKey = (signer: string, target: string): ItemKey => ({
  pk: `signer#${signer}`,
  sk: `case#${target}`,
});

export const keyIdentityKey = (arn: string, versionId: string): ItemKey => ({ pk: `pin#${arn}`, sk: versionId });

/** Names the work of a look after a request's; no request can have such an id, so that the two never meet. */
export const recheckName = (name: string): string => `~${name}`;

export const isRecheckName = (name: string): boolean => name.startsWith(recheckName(''));

/** Names one attempt at a request, and its receipt; a plan's is never taken for the real one's. */
export const attemptName = ({
  requestId,
  planOnly,
  attempt,
}: Pick<RequestItem, 'requestId' | 'planOnly' | 'attempt'>): string =>
  `${requestId}${planOnly ? '#plan' : ''}#${attempt}`;

/** The request behind an attempt's name. */
export const requestIdOf = (name: string): string => name.slice(0, name.lastIndexOf('#'));
