import type { Answer, Facts, KeyRecord } from './answer.ts';
import type { EpochMs } from './epoch.ts';
import type { OperationKind, ProviderName } from './operations.ts';
import type { FinalOutcome } from './outcome.ts';
import type { Secret } from './secret.ts';

/** What a provider documents of its limits. */
export interface Rate {
  /** Names what is counted together across all deliveries: the key that signs, and the endpoint where each has a limit of its own. */
  readonly of: string;
  /** 5 at least. */
  readonly perSecond: number;
}

/** One HTTP request, as data. Headers are hidden as a whole: they hold bearers and replayable signatures. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly provider: ProviderName;
  /** From the provider's table of environments, never from a request. */
  readonly host: string;
  /** With the query, exactly as signed. */
  readonly path: string;
  readonly headers: Secret<Readonly<Record<string, string>>>;
  readonly body?: string;
  /** Absent where no limit is documented. */
  readonly rate?: Rate;
}

export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** When the last byte had been read. */
  readonly at: EpochMs;
}

/** `undefined`: no reply, or not all of it. */
export type MaybeReply = Reply | undefined;

export type Asker = 'self' | 'managing';

/** What a question needs next, given the replies so far. */
export type Next = { readonly send: HttpCall } | { readonly answer: Answer };

/** A read-only question, of one exchange or of several (pages, a control probe). Pure: it says what to send and reads what came. */
export interface Question {
  /** Its name in the evidence: `query-api`, `sub-apikeys`. */
  readonly asked: string;
  readonly as: Asker;
  readonly host: string;
  /** Same question: same host, same asker, for a list the same account. `identified` is kept under this. */
  readonly questionId: string;
  next(replies: readonly MaybeReply[], now: EpochMs): Next;
}

/** The mutating exchange. It is sent once for each `attempted` in the ledger. */
export interface Call {
  readonly asked: string;
  readonly as: Asker;
  readonly host: string;
  /** What an `accepted` lets count as seen: the target's own questions, or at Kalshi the signer's. */
  readonly questionId: string;
  send(now: EpochMs): HttpCall;
  read(reply: MaybeReply): Answer;
}

/** How far a key is from what an update asked. `web-only`: all that is left cannot be taken away by the API. */
export type Reach = 'as-asked' | 'wider' | 'web-only';

/** An update's rules over the key's settings. */
export interface Restriction {
  /** `before`: the settings that an earlier delivery stored, which no comparison may widen. */
  call(now: KeyRecord, before: KeyRecord): Call | { readonly end: FinalOutcome; readonly why: string };
  reach(now: KeyRecord, before: KeyRecord): Reach;
}

export interface Plan {
  /** Stops the request at once: the facts learned so far forbid to go on. */
  readonly end?: FinalOutcome;
  /** Asked in a round before the probes: is the managing key alive, and of the right kind. It is evidence only where its answer has a meaning. */
  readonly signer?: Question;
  /** Asked before and after the call. Each takes part in the verdict: every one that gives a verdict must agree. */
  readonly probes: readonly Question[];
  /** Both must speak for a proof, not only one (a managing key beside the target's own credential). */
  readonly needsAll: boolean;
  /** Asked once where the target's own question does not know the key: is it at home elsewhere. The name is the environment. */
  readonly siblings: readonly (readonly [environment: string, question: Question])[];
  /** No question is left that could show a death (an unknown sub account, searched through). */
  readonly provable: boolean;
  readonly call: Call | Restriction;
  /** The least time between two agreeing probes, in milliseconds. */
  readonly proofGapMs: number;
  /** How long after its sending a call may still land, in milliseconds. */
  readonly landsWithinMs: number;
  /** Sentences for a plan: what the facts say will be refused. */
  forecast(facts: Facts, record: KeyRecord | undefined): readonly string[];
  /** Sentences for a plan whose call would be sent: what becomes impossible afterwards. */
  afterwards(facts: Facts, record: KeyRecord | undefined): readonly string[];
}

export const isRestriction = (call: Call | Restriction): call is Restriction => 'reach' in call;

/** A parsed credential. Each provider narrows it to its own shape. */
export interface Credential {
  readonly environment: string;
  /** The key's identifier; absent where the provider does not tell it in the credential (Requesty). */
  readonly keyId: string | undefined;
  readonly parts: Secret<Readonly<Record<string, string>>>;
}

/** The target as the request and the credentials name it, after self has been told from managed. */
export interface OrderTarget {
  readonly self: boolean;
  readonly keyId: string;
  readonly subMemberId: string | undefined;
  /** The target's own credential, where the request names its secret; the signer's where they are the same. */
  readonly credential: Credential | undefined;
}

/** What an update asks for, as sent; the provider checks groups and addresses. */
export interface Settings {
  readonly readOnly?: 0 | 1 | null | undefined;
  readonly permissions?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly ips?: string | readonly string[] | undefined;
  readonly acceptUndeletable?: boolean | undefined;
}

/** All that a plan is made from. The same order and the same facts make the same plan. */
export interface Order {
  readonly operation: string;
  readonly signer: Credential & { readonly keyId: string };
  readonly target: OrderTarget;
  readonly settings: Settings | undefined;
  readonly egressAddresses: readonly string[];
  readonly urgent: boolean;
  /** Whether a call of this request has left already. */
  readonly called: boolean;
  readonly facts: Facts;
}

export interface Operation {
  readonly kind: OperationKind;
  /** Whether a key other than the target may sign. */
  readonly managed: boolean;
}

export interface Environment {
  readonly host: string;
  /** Environments of one realm share their keys; the realm has the name of its first environment. */
  readonly realm: string;
}

/** One provider: pure, a total function from order and replies to calls and answers. */
export interface Provider {
  readonly name: ProviderName;
  readonly environments: Readonly<Record<string, Environment>>;
  readonly operations: Readonly<Record<string, Operation>>;
  /** @throws Fault `refused/credential-unreadable`, naming the field and never its value */
  credential(value: unknown): Credential;
  /** Asks a credential for its own key's identifier, which the answer gives as the fact `keyId`. Only where it is not in it. */
  identify?(credential: Credential): Question;
  /** @throws Fault `refused/…` where the order itself breaks a rule */
  plan(order: Order): Plan;
}
