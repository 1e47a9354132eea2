import type * as z from 'zod';
import type { Answer, Facts, KeyRecord } from './answer.ts';
import type { EpochMs } from './epoch.ts';
import type { FinalOutcome } from './outcome.ts';
import type { Secret } from './secret.ts';

/** What a provider documents of its limits. */
export interface Rate {
  /** Names what is counted together across all deliveries: the key that signs, and the endpoint where each has a limit of its own. */
  readonly of: string;
  /** Calls in any span of `perMs` milliseconds; 1 at least. */
  readonly most: number;
  readonly perMs: number;
}

/** One HTTP request, as data. Headers are hidden as a whole: they hold bearers and replayable signatures. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Whether it changes anything at the provider: then it gets a connection of its own, and it is never sent twice. */
  readonly changes: boolean;
  /** The name of the provider. */
  readonly provider: string;
  /** From the provider's table of environments, never from a request. */
  readonly host: string;
  /** With the query, exactly as signed. */
  readonly path: string;
  /** Empty where the call is not signed. */
  readonly headers: Secret<Readonly<Record<string, string>>>;
  /** A `Secret` where the body holds a credential. */
  readonly body?: string | Secret<string>;
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
  /** Ends the request at once: the facts learned so far forbid any further step. */
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
  /** Where the request says that the key is, by the names in the provider's `locators`. */
  readonly locator: Locator;
  /** The target's own credential, where the request names its secret; the signer's where they are the same. */
  readonly credential: Credential | undefined;
}

/** Where a key is inside its realm, such as the sub account that it belongs to. */
export type Locator = Readonly<Record<string, string>>;

/** What an update asks for, as sent. Only the provider reads what is in it. */
export type Settings = Readonly<Record<string, unknown>>;

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

/** What an operation does with the target: `delete` kills the key, `update` takes permissions away from it. */
export type OperationKind = 'delete' | 'update';

export interface Operation {
  readonly kind: OperationKind;
  /** Who may sign: the target itself, a managing key, or either. */
  readonly signers: readonly Asker[];
  /** What the signing key needs, by who signs: a phrase for the table of operations. */
  readonly needs: Readonly<Partial<Record<Asker, string>>>;
}

export interface Environment {
  readonly host: string;
  /** Environments of one realm share their keys; the realm has the name of its first environment. */
  readonly realm: string;
}

/** The settings of a provider whose keys can be updated. */
export interface SettingsForm {
  readonly shape: z.ZodType<Settings>;
  /** Every field of the shape. */
  readonly fields: readonly string[];
  /** What an update has to ask for: at least one of these fields, and not as `null`. */
  readonly oneOf: readonly string[];
  /** Reads the words of a tag or of a command line, each as `name=value`. What it cannot place, the shape refuses. */
  fromWords(words: readonly Word[]): Settings;
  /** Words that show how settings are written. */
  readonly example: string;
  /** Whether these settings take from the key what a later delete needs. */
  isFinal(settings: Settings): boolean;
}

export type Word = readonly [name: string, value: string];

/** The update that takes every permission from a key which signs for itself. */
export interface Containment {
  /** The delete that did not work. */
  readonly after: string;
  readonly operation: string;
  settings(readOnly: boolean): Settings;
}

/** What nobody has confirmed of a provider, and what this system does about it. */
export interface Unconfirmed {
  readonly what: string;
  readonly weDo: string;
}

/** One provider: pure, a total function from order and replies to calls and answers. */
export interface Provider {
  /** As a request names it; lower case. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  /** What a managing key is here, such as `its master`. */
  readonly manager: string;
  /** The provider's page about its keys. */
  readonly docs: string;
  /** The first is the default. */
  readonly environments: Readonly<Record<string, Environment>>;
  readonly operations: Readonly<Record<string, Operation>>;
  /** The field in which a request names a key of this provider, and its form. */
  readonly keyForm: { readonly field: string; readonly shape: z.ZodType<string> };
  /** What a request may say of where the key is, by field. */
  readonly locators: Readonly<Record<string, z.ZodType<string>>>;
  /** What the provider's secrets look like, wherever they stand in a text. */
  readonly secretForms: readonly RegExp[];
  /** A credential as it stands in the secret. */
  readonly credentialShape: z.ZodType;
  /** Absent where no key can be updated. */
  readonly settings?: SettingsForm | undefined;
  /** What can be done to a key that its managing key could not delete; absent where that is nothing. */
  readonly containment?: Containment | undefined;
  /** Where the provider answers nobody: the beginning of an AWS region's name, and the country. */
  readonly refusedRegions: Readonly<Record<string, string>>;
  readonly unconfirmed: readonly Unconfirmed[];
  /** @throws Fault `refused/credential-unreadable`, naming the field and never its value */
  credential(value: unknown): Credential;
  /** Asks a credential for its own key's identifier, which the answer gives as the fact `keyId`. Only where it is not in it. */
  identify?(credential: Credential): Question;
  /** Where the facts say that the key is. */
  locate(facts: Facts): Locator;
  /** @throws Fault `refused/…` where the order itself breaks a rule */
  plan(order: Order): Plan;
}

/** Every provider by its name. It is handed in: no module reads it while loading. */
export type Providers = Readonly<Record<string, Provider>>;

/** @returns `undefined` where no provider has that name */
export const providerNamed = (providers: Providers, name: unknown): Provider | undefined =>
  typeof name === 'string' && Object.hasOwn(providers, name) ? providers[name] : undefined;

/** What a request does; `undefined` where no provider has such an operation. */
export const kindOf = (
  providers: Providers,
  { provider, operation }: { readonly provider: string; readonly operation: string },
): OperationKind | undefined => {
  const { operations = {} } = providerNamed(providers, provider) ?? {};
  return Object.hasOwn(operations, operation) ? operations[operation]?.kind : undefined;
};

/** The deletes of a provider, by name. Those for keys that others may sign for come first: there are more of these. */
export const deletesOf = (providers: Providers, name: string): readonly (readonly [string, Operation])[] =>
  Object.entries(providerNamed(providers, name)?.operations ?? {})
    .filter(([, { kind }]) => kind === 'delete')
    .toSorted(([, a], [, b]) => b.signers.length - a.signers.length);
