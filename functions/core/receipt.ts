import type { Answer, Saw } from './answer.ts';
import { type EpochMs, toIso } from './epoch.ts';
import type { KeyState, OutcomeName, StuckOutcome } from './outcome.ts';
import type { Asker, Question, Questioner, Settle } from './provider.ts';
import type { Reason } from './reason.ts';

/** What a receipt is called on the bus. */
export const RESULT_DETAIL_TYPE = 'Key Revocation Result';

/** One exchange, as a receipt shows it. Instants are RFC 3339 in UTC. */
export interface Evidence {
  readonly at: string;
  readonly step: 'probe' | 'call';
  readonly asked: string;
  readonly as: Questioner;
  readonly host: string;
  readonly saw: Saw;
  readonly code: string;
}

export interface Times {
  /** `notBefore`; otherwise the event's time; otherwise when the message was sent. */
  readonly dueAt: string;
  readonly receivedAt: string;
  readonly calledAt?: string;
  readonly acceptedAt?: string;
  /** The first probe of the proof that found the key gone. */
  readonly goneAt?: string;
}

/** The best answer to all calls: the provider accepted one, or a reply was lost, or each was answered as for an unknown key. */
export type ProofBasis = 'accepted' | 'reply-lost' | 'call-unknown';

/** Another key that was accepted while a key was not: the managing key, or a key that is kept for that. */
export type Control = 'signer' | 'key';

/** What shows that the key is gone, or restricted. */
export interface Proof {
  /** 1 at the end of the request. */
  readonly revision: number;
  /** `null` if no call was needed. */
  readonly basis: ProofBasis | null;
  /** Which other key was accepted while this key was not: the managing key, or a control key of the account. */
  readonly control: Control | 'none';
  /** Whether the key itself was tried, or only looked for in a list. */
  readonly tried: 'key' | 'list';
  /** Rounds, and later answers, in a row that did not know the key; for a restriction those that read it as asked. */
  readonly absences: number;
  /** Rounds since the first call that may have had an effect that still showed the key. At most 10 are counted. */
  readonly sightings: number;
  /** Connections that were opened for the absences. */
  readonly connections: number;
  /** The different remote addresses of these connections. At most 20. */
  readonly addresses: readonly string[];
  readonly lastSightingAt: string | null;
  /** At most this share of the provider's nodes that were reached still accepts the key (95 %). `null` below 4 connections. */
  readonly bound: number | null;
  /** Hosts where the key was seen before, and which gave no verdict when it was read last. */
  readonly notAsked: readonly string[];
  /** `null` if the key was restricted. */
  readonly firstAbsenceAt: string | null;
  /** From the first absence, or the first reading that was as asked, to the last one, in milliseconds. */
  readonly spanMs: number;
  /** The time in which the provider's nodes may still disagree. A finding follows after it. */
  readonly settle: { readonly windowMs: number; readonly source: Settle['source']; readonly endsAt: string };
}

/** What an update changed: the key's settings before and after. */
export interface Change {
  readonly before: unknown;
  readonly after: unknown;
}

/** The published record of a request's outcome. Users' scripts read it. It never holds a secret. */
export interface Receipt {
  readonly version: 2;
  /** `requestId#attempt`, with `~n` for an interim receipt and `!n` for a finding. */
  readonly receiptId: string;
  readonly requestId: string;
  readonly attempt: number;
  readonly final: boolean;
  readonly dryRun: boolean;
  readonly provider: string | null;
  readonly operation: string | null;
  readonly environment: string | null;
  readonly outcome: OutcomeName;
  readonly keyState: KeyState;
  readonly code: string | null;
  /** With the code `refused-for-now`: how the request ends if the refusal holds, and until when it is retried. */
  readonly wouldEnd?: StuckOutcome;
  readonly retriedUntil?: string;
  /** What happened and what to do next. */
  readonly message: string;
  readonly request: {
    /** The id that the sender gave, if the receipt's `requestId` is another one. `sha256:` and its digest if it looks like a secret. */
    readonly id?: string;
    readonly reason: Reason | null;
    readonly requestedBy: string | null;
    /** SQS `SenderId`: who really sent the message. */
    readonly sender: string | null;
    readonly reference: string | null;
  };
  readonly signer: {
    readonly as: Asker;
    /** Shortened. The target's `digest` tells keys apart. */
    readonly id: string;
    readonly secretId: string;
    readonly secretVersion: string;
  } | null;
  readonly key: { readonly id: string; readonly digest: string; readonly subMemberId: string | null } | null;
  readonly change: Change | null;
  /** Only if the key is gone or restricted. */
  readonly proof: Proof | null;
  readonly calls: number;
  readonly evidence: readonly Evidence[];
  readonly times: Times;
  /** From `dueAt` to `goneAt`. */
  readonly timeToRevokeMs: number | null;
  /** Of a finding: the outcome of the end that it is about. */
  readonly confirms: OutcomeName | null;
  /** Of the finding `confirmed` of a key that is gone: from `dueAt` to the last time that anybody saw the key. */
  readonly exposedMs: number | null;
}

/** One line of evidence. */
export const evidenceOf = (
  at: EpochMs,
  step: Evidence['step'],
  { asked, as, host }: Pick<Question, 'asked' | 'as' | 'host'>,
  { saw, code }: Answer,
): Evidence => ({ at: toIso(at), step, asked, as, host, saw, code });
