import type * as z from 'zod';
import type { Answer, Facts, KeyRecord } from './answer.ts';
import type { EpochMs } from './epoch.ts';
import type { FinalOutcome } from './outcome.ts';
import type { Secret } from './secret.ts';

/** A limit that a provider documents. */
export interface Rate {
  /** Names what is counted together in all deliveries: the signing key, and the endpoint if each endpoint has its own limit. */
  readonly of: string;
  /**
   * Calls in any span of `perMs` milliseconds: at least 1 in 5 s, or else at least 20 in the span. One delivery needs several slots in its
   * 20 s, and a slow rate gives them only as a burst.
   */
  readonly most: number;
  readonly perMs: number;
}

/** One HTTP request, as data. All headers are hidden: they hold bearers and replayable signatures. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Whether it changes anything at the provider. If so, it gets its own connection and is never sent twice. */
  readonly changes: boolean;
  /** Sent over a connection that is opened for it, after DNS was asked again. Without it a read may use an open connection. */
  readonly ownConnection?: true;
  /** The name of the provider. */
  readonly provider: string;
  /** From the provider's table of environments, never from a request. */
  readonly host: string;
  /** With the query, exactly as signed. */
  readonly path: string;
  /** Empty if the call is not signed. */
  readonly headers: Secret<Readonly<Record<string, string>>>;
  /** A `Secret` if the body holds a credential. */
  readonly body?: string | Secret<string>;
  /** Absent if no limit is documented. */
  readonly rate?: Rate;
  /** Opened ahead for this call. It may be too old by then: the call opens its own in that case. */
  readonly connection?: Connection;
}

/** A connection that waits for its call. */
export interface Connection {
  /** Closes it, unless its call has taken it. */
  close(): void;
}

export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** When the last byte had been read. */
  readonly at: EpochMs;
  /** The remote address of the connection, as the socket reports it. */
  readonly address?: string;
}

/** `undefined`: no reply, or not all of it. */
export type MaybeReply = Reply | undefined;

export type Asker = 'self' | 'managing';

/** Who asks a question. `control`: a key that is kept only to tell a refused key from an outage. */
export type Questioner = Asker | 'control';

/** What a question needs next, given the replies so far. */
export type Next = { readonly send: HttpCall } | { readonly answer: Answer };

/** A read-only question of one or several exchanges (pages, a control probe). Pure: it says what to send, and reads the replies. */
export interface Question {
  /** Its name in the evidence: `query-api`, `sub-apikeys`. */
  readonly asked: string;
  readonly as: Questioner;
  readonly host: string;
  /** The same for the same host and asker, and for a list the same account. Sightings are kept under this id. */
  readonly questionId: string;
  next(replies: readonly MaybeReply[], now: EpochMs): Next;
}

/** The mutating exchange. It is sent once for each `attempted` in the ledger. */
export interface Call {
  readonly asked: string;
  readonly as: Asker;
  readonly host: string;
  /** The questions that count as answered after an `accepted`: the target's own, or at Kalshi the signer's. */
  readonly questionId: string;
  send(now: EpochMs): HttpCall;
  read(reply: MaybeReply): Answer;
}

/** How far a key is from what an update asked for. `web-only`: the API cannot take away what is left. */
export type Reach = 'as-asked' | 'wider' | 'web-only';

/** The rules of an update for the key's settings. */
export interface Restriction {
  /** `before`: what all earlier readings of the settings have in common. No update may allow more than these. */
  call(now: KeyRecord, before: KeyRecord): Call | { readonly end: FinalOutcome; readonly why: string };
  reach(now: KeyRecord, before: KeyRecord): Reach;
  /** What both readings allow. */
  narrower(a: KeyRecord, b: KeyRecord): KeyRecord;
}

export interface Plan {
  /** Ends the request at once: the facts learned so far forbid any further step. */
  readonly end?: FinalOutcome;
  /** Asked before the probes of a round: is the managing key alive and of the right kind? The answer is evidence only if it has `means`. */
  readonly signer?: Question;
  /** Asked before and after the call. All probes that give a verdict must agree. */
  readonly probes: readonly Question[];
  /** All probes must speak for a proof, and not only one (a managing key beside the target's own credential). */
  readonly needsAll: boolean;
  /**
   * Asked once if the target's own question does not know the key: does it belong to another environment? Each has the
   * environment's name.
   */
  readonly siblings: readonly (readonly [environment: string, question: Question])[];
  /**
   * Asked once, all at the same time, before a request ends as not recognised: does the key belong to one of these environments? Only signed
   * questions, which do not disclose the secret to another host, and only at documented hosts.
   */
  readonly elsewhere?: readonly (readonly [environment: string, question: Question])[];
  /** The same for a managing key, before a request ends since its managing key is refused. */
  signerElsewhere?(): readonly (readonly [environment: string, question: Question])[];
  /** False if no question is left that could show a death (no sub account has the key). */
  readonly provable: boolean;
  readonly call: Call | Restriction;
  /** The least time between two agreeing probes, in milliseconds. */
  readonly proofGapMs: number;
  /** How long after it was sent a call may still take effect, in milliseconds. */
  readonly landsWithinMs: number;
  /** Sentences for a plan: what the provider will refuse, by the facts. */
  forecast(facts: Facts, record: KeyRecord | undefined): readonly string[];
  /** Sentences for a plan whose call would be sent: what becomes impossible afterwards. */
  afterwards(facts: Facts, record: KeyRecord | undefined): readonly string[];
}

export const isRestriction = (call: Call | Restriction): call is Restriction => 'reach' in call;

/** A parsed credential. Each provider narrows it to its own shape. */
export interface Credential {
  readonly environment: string;
  /** The key's identifier. Absent if the credential does not name it (Requesty), or if only the provider can tell (`claimedId`). */
  readonly keyId: string | undefined;
  /** The text in the identifier's place, if its form does not tell it from a secret. It stays secret until the provider has named it. */
  readonly claimedId?: Secret;
  readonly parts: Secret<Readonly<Record<string, string>>>;
}

/** The target as the request and the credentials name it. It is known here whether the key signs for itself. */
export interface OrderTarget {
  readonly self: boolean;
  readonly keyId: string;
  /** Where the key is, by the request, under the names in the provider's `locators`. */
  readonly locator: Locator;
  /** The target's own credential if the request names its secret, or the signer's if the target signs. */
  readonly credential: Credential | undefined;
}

/** What is known of the key beside which a control key is asked. */
export interface ControlTarget {
  readonly keyId: string;
  readonly self: boolean;
  readonly facts: Facts;
}

/** Where a key is inside its realm, such as the sub account that it belongs to. */
export type Locator = Readonly<Record<string, string>>;

/** What an update asks for, as sent. Only the provider reads the contents. */
export type Settings = Readonly<Record<string, unknown>>;

/** Everything that a plan depends on. The same order and the same facts make the same plan. */
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
type OperationKind = 'delete' | 'update';

export interface Operation {
  readonly kind: OperationKind;
  /** Who may sign: the target itself, a managing key, or either. */
  readonly signers: readonly Asker[];
  /** What the signing key needs, for each kind of signer: a phrase for the table of operations. */
  readonly needs: Readonly<Partial<Record<Asker, string>>>;
}

export interface Environment {
  readonly host: string;
  /** Environments of one realm share their keys. The realm has the name of its first environment. */
  readonly realm: string;
}

/** The settings of a provider whose keys can be updated. */
export interface SettingsForm {
  readonly shape: z.ZodType<Settings>;
  /** Every field of the shape. */
  readonly fields: readonly string[];
  /** An update must ask for at least one of these fields, and not as `null`. */
  readonly oneOf: readonly string[];
  /** Reads the words of a tag or a command line, each as `name=value`. The shape refuses what this cannot place. */
  fromWords(words: readonly Word[]): Settings;
  /** An example of settings as words. */
  readonly example: string;
  /** Whether these settings take away what a later delete needs. */
  isFinal(settings: Settings): boolean;
}

export type Word = readonly [name: string, value: string];

/** The update that takes every permission from a key that signs for itself. */
interface Containment {
  /** The delete that did not work. */
  readonly after: string;
  readonly operation: string;
  settings(readOnly: boolean): Settings;
}

/** How long after a delete or an update the provider's nodes may still disagree. */
export interface Settle {
  readonly windowMs: number;
  readonly source: 'measured' | 'documented' | 'assumed';
}

/** What is not confirmed about a provider, and what this system does about it. */
export interface Unconfirmed {
  readonly what: string;
  readonly weDo: string;
}

/** One provider. Pure: a total function from order and replies to calls and answers. */
export interface Provider {
  /** As a request names it, in lower case. */
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
  /** The fields in which a request may say where the key is. */
  readonly locators: Readonly<Record<string, z.ZodType<string>>>;
  /** What the provider's secrets look like, anywhere in a text. */
  readonly secretForms: readonly RegExp[];
  /** A credential as it stands in the secret. */
  readonly credentialShape: z.ZodType;
  /** Absent if no key can be updated. */
  readonly settings?: SettingsForm | undefined;
  /** What can be done with a key that its managing key could not delete. Absent if nothing can. */
  readonly containment?: Containment | undefined;
  /** Where the provider refuses everyone: the beginning of an AWS region's name, and the country. */
  readonly refusedRegions: Readonly<Record<string, string>>;
  readonly unconfirmed: readonly Unconfirmed[];
  /** What an end means in one environment, where its cause there is another than elsewhere: by the environment, then by the end. */
  readonly hints: Readonly<Record<string, Readonly<Partial<Record<FinalOutcome, string>>>>>;
  readonly settle: Settle;
  /** @throws Fault `refused/credential-unreadable`, naming the field and never its value */
  credential(value: unknown): Credential;
  /**
   * Asks for the identifier of a credential's key. The answer gives it as the fact `keyId`, and only if the reply itself names the key.
   * Only if the credential has no `keyId`.
   */
  identify?(credential: Credential): Question;
  /**
   * Asks a control key about itself, and reads nothing else. `alive`: the provider accepted that key. `listed`: it accepted that key, and
   * the reply names the target. The fact `sameAccount` is `yes` or `no` where the reply, or what is known of the target, tells that; the
   * fact `keyId` names the control key if its credential does not. Absent if the provider has no such question.
   */
  control?(credential: Credential, target: ControlTarget): Question;
  /** Where the facts say that the key is. */
  locate(facts: Facts): Locator;
  /** @throws Fault `refused/…` if the order itself breaks a rule */
  plan(order: Order): Plan;
}

/** Every provider by its name. It is passed as an argument: no module reads it while loading. */
export type Providers = Readonly<Record<string, Provider>>;

/** @returns `undefined` if no provider has that name */
export const providerNamed = (providers: Providers, name: unknown): Provider | undefined =>
  typeof name === 'string' && Object.hasOwn(providers, name) ? providers[name] : undefined;

/** Says which environments with keys of their own were not asked for a key of this environment. Empty if all were. */
export const notAskedFrom = (
  { environments }: Pick<Provider, 'environments'>,
  environment: string,
  asked: readonly string[] = [],
): string => {
  const realms = new Set(Object.values(environments).map(({ realm }) => realm));
  realms.delete(environments[environment]?.realm ?? environment);
  const left = [...realms].filter((name) => !asked.includes(name));
  return left.length === 0 ? '' : `Not asked in the environments ${left.join(', ')}`;
};

/** What an end means in this environment in particular. Empty if it means what it means everywhere. */
export const hintFor = ({ hints }: Pick<Provider, 'hints'>, environment: string, outcome: FinalOutcome): string =>
  (Object.hasOwn(hints, environment) ? hints[environment]?.[outcome] : undefined) ?? '';

/** What a request does; `undefined` if no provider has such an operation. */
export const kindOf = (
  providers: Providers,
  { provider, operation }: { readonly provider: string; readonly operation: string },
): OperationKind | undefined => {
  const { operations = {} } = providerNamed(providers, provider) ?? {};
  return Object.hasOwn(operations, operation) ? operations[operation]?.kind : undefined;
};

/** The delete operations of a provider, by name. Operations that another key may sign come first: such keys are more common. */
export const deletesOf = (providers: Providers, name: string): readonly (readonly [string, Operation])[] =>
  Object.entries(providerNamed(providers, name)?.operations ?? {})
    .filter(([, { kind }]) => kind === 'delete')
    .toSorted(([, a], [, b]) => b.signers.length - a.signers.length);
