import { type EpochMs, fromIso, later } from '../epoch.ts';
import type { FinalOutcome, StuckOutcome } from '../outcome.ts';
import type { Versioned } from '../ports.ts';
import type { Evidence, Receipt } from '../receipt.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';

/** What a dry run found that a real request would do. */
export interface Planned {
  readonly does: 'call' | 'end' | 'wait';
  /** The end, if the request would end without a call. */
  readonly outcome?: FinalOutcome | undefined;
  /** What may go wrong, or become impossible afterwards, as sentences. */
  readonly forecast: readonly string[];
}

/** How a request ended, before its receipt is made. */
export interface Ended {
  readonly outcome: FinalOutcome;
  /** The details of this end. The general sentence and the next step come from the outcome. */
  readonly why: string;
  readonly at: EpochMs;
  /** What was asked outside the case's own rounds. */
  readonly evidence: readonly Evidence[];
  readonly plan?: Planned | undefined;
}

/** A refusal or a denial that may pass by itself, and would end the request. */
export interface Refused {
  /** How the request would end. */
  readonly wouldEnd: StuckOutcome;
  /** The details of that end. */
  readonly why?: string | undefined;
  /** Since when every answer was such a refusal, and when the last one was. */
  readonly since: EpochMs;
  readonly at: EpochMs;
  /** If it still holds then, the request ends. */
  readonly until: EpochMs;
}

/** A secret's version, and the key in it. */
export interface Pinned {
  readonly arn: string;
  readonly secretId: string;
  readonly versionId: string;
  readonly environment: string;
  readonly keyId: string;
}

/** What the first delivery found. Every later delivery keeps to it. */
export interface Pin {
  readonly signer: Pinned;
  /** The secret of the target, if the request names one. */
  readonly target?: Pinned | undefined;
  readonly self: boolean;
  readonly keyId: string;
  /** Of the target. Its signer's may differ. */
  readonly environment: string;
  readonly realm: string;
  /** The case's name in the ledger, and the signer's. */
  readonly keyName: string;
  readonly signerName: string;
}

/** Whether both name the same versions of the same secrets, and the same key in them. */
export const isSamePin = (a: Pin | undefined, b: Pin | undefined): boolean =>
  a?.keyName === b?.keyName &&
  a?.signer.versionId === b?.signer.versionId &&
  a?.target?.versionId === b?.target?.versionId;

/** One request, attempt by attempt. */
export interface RequestItem extends Versioned {
  readonly requestId: string;
  /** The id that the sender gave, if the request runs under another one. As a digest if it looks like a secret. */
  readonly askedId?: string | undefined;
  /** Kept apart from the real request of the same id. */
  readonly planOnly: boolean;
  /**
   * The only key that it may be about, by the name of its case: the one that the request with the id `askedId` had pinned. Empty: it cannot
   * be read which one.
   */
  readonly onlyKey?: string | undefined;
  /** Of the request's fields. The same id with other fields is refused. */
  readonly digest: string;
  readonly attempt: number;
  readonly provider: string | undefined;
  readonly request: RevocationRequest | undefined;
  /** What the stuck queue gets for a body that was not a valid request. */
  readonly stub?: string | undefined;
  readonly sender: string;
  readonly dueAt: EpochMs;
  /** The first delivery of this attempt. */
  readonly receivedAt: EpochMs;
  readonly pin?: Pin | undefined;
  /** What an earlier attempt pinned. A redrive that finds another key in the secret is refused. */
  readonly former?: Pin | undefined;
  readonly refused?: Refused | undefined;
  readonly ended?: Ended | undefined;
  readonly receipt?: Receipt | undefined;
  readonly published: boolean;
  /** When a recheck found that this end’s word, gone or restricted, no longer holds. */
  readonly withdrawnAt?: EpochMs | undefined;
  /** How many receipts were published while the request was open, and when the last one was. */
  readonly interim: { readonly count: number; readonly at: EpochMs | undefined };
  /** For the index of open requests; absent once the request is over. */
  readonly state?: 'open-request' | undefined;
  readonly at: EpochMs;
}

/** The instant from which a request's time is counted. */
export const countedFrom = ({ receivedAt, request }: Pick<RequestItem, 'receivedAt' | 'request'>): EpochMs =>
  later(receivedAt, (request?.notBefore && fromIso(request.notBefore)) || receivedAt);
