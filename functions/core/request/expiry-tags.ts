import { type EpochMs, fromIso, toIso } from '../epoch.ts';
import type { FinalOutcome, FindingOutcome } from '../outcome.ts';
import type { ItemKey, Versioned } from '../ports.ts';
import { type Provider, type Providers, providerNamed, type Word } from '../provider.ts';
import { canonical } from './canonical.ts';
import { type Parsed, parseRequest } from './parse-request.ts';
import { EXPIRY_ID } from './revocation-request.ts';
import { nearest } from './schema-errors.ts';

const PREFIX = 'key-revoker:';
/** Every tagged secret has this tag. The sweep lists by it. */
export const EXPIRY_TAG = `${PREFIX}expires-at`;
/** Names the provider of a key that is kept only to tell a refused key of its account from an outage. It orders nothing. */
export const CONTROL_TAG = `${PREFIX}control`;
/** Names the provider whose key is in the secret. */
export const PROVIDER_TAG = `${PREFIX}provider`;
/** Names the secret of the managing key. */
export const SIGNED_BY_TAG = `${PREFIX}signed-by`;
const ORDER_TAGS = ['expires-at', 'provider', 'operation', 'signed-by', 'target', 'version', 'settings'] as const;

const STATUS_TAG = `${PREFIX}status`;
const PROVED_TAG = `${PREFIX}proved-at`;
/** The tags that this product writes, for people. */
export const STATUS_TAGS: readonly string[] = [STATUS_TAG, PROVED_TAG];

/** The status tags of a secret after its key's request has ended. */
export const statusTags = (outcome: FinalOutcome | FindingOutcome, at: EpochMs): Readonly<Record<string, string>> => ({
  [STATUS_TAG]: outcome,
  ...(outcome === 'confirmed' ? { [PROVED_TAG]: toIso(at) } : {}),
});

type OrderTag = (typeof ORDER_TAGS)[number];

/** What the sweep stores for each tagged secret. */
export interface SweepItem extends Versioned {
  readonly expiresAt: string;
  /** The version that was AWSCURRENT when a sweep first saw this `expires-at`. */
  readonly version: string;
  readonly firstSeenAt: EpochMs;
  readonly sent?: SentOrder | undefined;
  /** The order that could not be read and was reported. */
  readonly refused?: string | undefined;
  /** The order waits for its time. The write that marks the order as sent takes this away. */
  readonly state?: 'due' | undefined;
  /** When it is due. */
  readonly at?: EpochMs | undefined;
  /** As the tags of the order name it. */
  readonly provider?: string | undefined;
}

/** What was sent for a tagged secret. */
export interface SentOrder {
  readonly requestId: string;
  readonly attempt: number;
  readonly at: EpochMs;
  /** Its key is dead or restricted: no sweep looks after the order any more. */
  readonly isOver?: boolean | undefined;
}

export const sweepKey = (arn: string): ItemKey => ({ pk: `sweep#${arn}`, sk: 'sweep' });

/** What a secret's tags order. */
export interface ExpiryOrder {
  readonly expiresAt: EpochMs;
  /** The version id of the tag. Absent: the version that a sweep first saw. */
  readonly version: string | undefined;
  /** The request as it goes onto the queue, for that version. */
  requestFor(secret: { readonly arn: string; readonly name: string }, version: string): Parsed;
}

export type ReadTags =
  | { readonly kind: 'order'; readonly order: ExpiryOrder }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The words of a tag or a command line, each as `name=value`. */
export const wordsIn = (text: string): readonly Word[] =>
  text.split(' ').flatMap((word) => {
    const at = word.indexOf('=');
    return word === '' ? [] : [[at < 0 ? word : word.slice(0, at), at < 0 ? '' : word.slice(at + 1)] as const];
  });

/** The order tags among a secret's tags, without their prefix. */
const orderTags = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => key.startsWith(PREFIX) && key !== CONTROL_TAG && !STATUS_TAGS.includes(key))
      .map(([key, value]) => [key.slice(PREFIX.length), value] as const),
  );

/** The parts of the request that the tags give. */
const partsOf = (
  { keyForm, settings }: Provider,
  tags: Partial<Record<OrderTag, string>>,
  secret: { name: string },
  version: string,
) => {
  const signedBy = tags['signed-by'];
  const words = wordsIn(tags.target ?? '');
  const target = Object.fromEntries(words);
  const inThisSecret = { secretId: secret.name, secretVersion: version, ...target };
  const isNamed = keyForm.field in target || (signedBy === undefined && words.length > 0);
  return {
    provider: tags.provider,
    operation: tags.operation,
    secretId: signedBy ?? secret.name,
    ...(signedBy === undefined ? { secretVersion: version } : {}),
    target: isNamed ? target : signedBy === undefined ? 'self' : inThisSecret,
    ...(tags.settings === undefined ? {} : { settings: settings?.fromWords(wordsIn(tags.settings)) ?? tags.settings }),
  };
};

/** Reads the expiry tags of a secret. Total: for tags that cannot be read, the result says what they must be. */
export const readTags = (providers: Providers, all: Readonly<Record<string, string>>): ReadTags => {
  const unreadable = (why: string): ReadTags => ({ kind: 'unreadable', why });
  const tags = orderTags(all) as Partial<Record<OrderTag, string>>;
  const unknown = Object.keys(tags).find((name) => !(ORDER_TAGS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, ORDER_TAGS);
    return unreadable(
      `Cannot use the unknown tag ${PREFIX}${unknown}${meant ? `; the nearest known tag is ${PREFIX}${meant}` : ''}`,
    );
  }
  const expiresAt = fromIso(tags['expires-at'] ?? '');
  if (expiresAt === undefined)
    return unreadable(`Cannot read ${EXPIRY_TAG}: it must be RFC 3339 with a zone, such as 2027-03-31T18:00:00+02:00`);
  const provider = providerNamed(providers, tags.provider);
  if (provider === undefined)
    return unreadable(`Cannot read ${PROVIDER_TAG}: it must be one of ${Object.keys(providers).join(', ')}`);
  const parse = (secret: { readonly arn: string; readonly name: string }, version: string): Parsed =>
    parseRequest(
      providers,
      JSON.stringify({
        ...partsOf(provider, tags, secret, version),
        reason: 'expired',
        requestedBy: secret.arn,
        notBefore: toIso(expiresAt),
      }),
    );
  const sample = parse({ arn: 'arn:aws:secretsmanager', name: 'sample' }, 'AWSCURRENT');
  if (sample.kind === 'refused') return unreadable(sample.message);
  return { kind: 'order', order: { expiresAt, version: tags.version, requestFor: parse } };
};

/** Names an order by all its contents. So overlapping sweeps make one request, and a corrected tag makes a new one. */
export const expiryRequestId = (
  digest: (text: string) => string,
  arn: string,
  version: string,
  tags: Readonly<Record<string, string>>,
): string => {
  const order = orderTags(tags);
  const expiresAt = fromIso(order['expires-at'] ?? '');
  const dated = expiresAt === undefined ? order : { ...order, 'expires-at': toIso(expiresAt) };
  return `${EXPIRY_ID}${digest(canonical({ arn, version, tags: dated }))}`;
};
