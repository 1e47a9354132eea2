import { after, type EpochMs, epochMs } from '../epoch.ts';
import { isObject } from '../json.ts';
import type { Booked, ItemKey, Versioned } from '../ports.ts';
import type { Receipt } from '../receipt.ts';
import type { SentOrder, SweepItem } from '../request/expiry-tags.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { TIMING } from '../timing.ts';
import type { AskedItem } from './asked-ids.ts';
import {
  type AttemptRecord,
  type CaseItem,
  type EndFinding,
  MOST_SIGHTED,
  restingState,
  type SettleFinding,
  type Settling,
} from './case-item.ts';
import type { ControlKeyItem, ControlSecretsItem } from './control-items.ts';
import type { KeyIdentityItem, SignerItem } from './keys.ts';
import type { ForgottenItem, OverrideItem, PauseItem, RedriveItem } from './operator-items.ts';
import {
  allOrNothing,
  type Field,
  type Fields,
  fields,
  flag,
  list,
  needed,
  noMatter,
  number,
  object,
  optional,
  type Reader,
  record,
  revision,
  text,
  textOrObject,
} from './read-fields.ts';
import type { Ended, Pin, Pinned, Refused, RequestItem } from './request-item.ts';
import {
  type CurrentVersionItem,
  INDEX_KEY,
  type IndexItem,
  LISTING_KEY,
  type ListingItem,
  SECRET_EVENTS_KEY,
  type SecretEventsItem,
} from './sweep-items.ts';

/** The form of today's items. An item without `schema` was written by release 0.1.0. A higher one is no fault. */
export const SCHEMA = 2;

type Item = Readonly<Record<string, unknown>>;

/** What is known of an item beside its fields. */
interface Found {
  readonly key: ItemKey;
  /** As it is stored, under the code's names. */
  readonly stored: Item;
  /** When it was first found that the item cannot be read. */
  readonly foundAt: EpochMs;
}

/** How one kind of item is read. */
interface Kind {
  readonly isOf: (key: ItemKey) => boolean;
  readonly table: Readonly<Record<string, Field>>;
  /** What an item lacks that has to be there beside what it holds. */
  readonly lacking?: (stored: Item) => readonly string[];
  /** Makes a whole item of what could be read. */
  readonly complete?: (item: Item, found: Found) => Item;
}

const VERSIONED: Fields<Versioned> = {
  rev: needed(revision, 0),
  nonce: needed(text, ''),
  salvagedAt: optional(number),
};
const EVIDENCE = list(object);

const REFUSED = allOrNothing(
  fields<Refused>({
    wouldEnd: needed(text),
    why: optional(text),
    since: needed(number),
    at: needed(number),
    until: needed(number),
  }),
);

const ENDED = allOrNothing(
  fields<Ended>({
    outcome: needed(text),
    why: needed(text),
    at: needed(number),
    evidence: needed(EVIDENCE),
    plan: optional(object),
  }),
);

const PINNED = fields<Pinned>({
  arn: needed(text),
  secretId: needed(text),
  versionId: needed(text),
  environment: needed(text),
  keyId: needed(text),
});

const PIN = allOrNothing(
  fields<Pin>({
    signer: needed(PINNED),
    target: optional(PINNED),
    self: needed(flag),
    keyId: needed(text),
    environment: needed(text),
    realm: needed(text),
    keyName: needed(text),
    signerName: needed(text),
  }),
);

const REQUEST = allOrNothing(
  fields<RevocationRequest>({
    version: optional(number),
    provider: needed(text),
    operation: needed(text),
    secretId: needed(text),
    secretVersion: optional(text),
    target: needed(textOrObject),
    settings: optional(object),
    reason: optional(text),
    requestId: optional(text),
    requestedBy: optional(text),
    reference: optional(text),
    notBefore: optional(text),
    expectedEnvironment: optional(text),
    dryRun: optional(flag),
    look: optional(flag),
  }),
);

const RECEIPT = allOrNothing(
  fields<Pick<Receipt, 'receiptId' | 'attempt' | 'outcome' | 'message' | 'evidence'>>({
    receiptId: needed(text),
    attempt: needed(number),
    outcome: needed(text),
    message: needed(text),
    evidence: needed(EVIDENCE),
  }),
);

/** The end that a receipt reports. */
const endIn = ({ outcome, code, message, evidence }: Receipt, at: unknown): Item => ({
  outcome: [outcome, code].filter(Boolean).join('/'),
  why: message,
  at,
  evidence,
});

const UNREADABLE_END = 'The ledger’s record of this end cannot be read';

const requestIdIn = ({ pk }: ItemKey): string => pk.split('#')[1] ?? '';

const completeRequest = (item: Item, { key, foundAt }: Found): Item => {
  const at = item['at'] ?? item['receivedAt'] ?? item['dueAt'] ?? foundAt;
  const receipt = item['receipt'] as Receipt | undefined;
  // Of an end that was published nothing is left to do, whatever it was.
  const lost =
    item['published'] === true ? { outcome: 'stuck/unproven', why: UNREADABLE_END, at, evidence: [] } : undefined;
  const ended = item['ended'] ?? (receipt ? endIn(receipt, at) : lost);
  return {
    ...item,
    requestId: requestIdIn(key),
    planOnly: key.pk.endsWith('#plan'),
    attempt: item['attempt'] ?? receipt?.attempt ?? 0,
    provider: item['provider'] ?? (item['request'] as RevocationRequest | undefined)?.provider,
    // Nothing that came in later than the oldest instant belongs to this request.
    dueAt: item['dueAt'] ?? epochMs(0),
    receivedAt: item['receivedAt'] ?? at,
    ended,
    at,
    state: receipt || item['published'] === true ? undefined : 'open-request',
  };
};

const isThere = (value: unknown): boolean => value !== undefined;

/** A request names its provider, and a receipt reports an end. */
const lackingInRequest = ({ request, provider, receipt, ended }: Item): readonly string[] => [
  ...(isThere(request) && !isThere(provider) ? ['provider'] : []),
  ...(isThere(receipt) && !isThere(ended) ? ['ended'] : []),
];

const DATED = fields<{ readonly since: EpochMs; readonly count: number }>({
  since: needed(number),
  count: needed(number),
});

const ATTEMPT_FIELDS: Fields<AttemptRecord> = {
  calls: needed(number, 0),
  notExecuted: needed(number, 0),
  calledAt: optional(number),
  lastCallAt: optional(number),
  acceptedAt: optional(number),
  callReplies: optional(allOrNothing(list(text))),
  lastAnswer: optional(text),
  ifAlive: optional(text),
  fallbackCode: optional(text),
  // Of a record that cannot be read whole nothing counts as answered.
  answered: needed(flag),
  silentRounds: needed(number, 0),
  unchanged: optional(allOrNothing(DATED)),
  agreed: optional(
    allOrNothing(
      fields<NonNullable<AttemptRecord['agreed']>>({
        on: needed(text),
        at: needed(number),
        count: optional(number),
        connections: optional(number),
        addresses: optional(list(text)),
      }),
    ),
  ),
  absentSince: optional(number),
  settlesAt: optional(number),
  absentAt: optional(number),
  controlledSince: optional(number),
  controlledBy: optional(text),
  revokedByWordSince: optional(number),
  doubt: optional(
    allOrNothing(fields<NonNullable<AttemptRecord['doubt']>>({ since: needed(number), code: needed(text) })),
  ),
  // Not known: so a proof asks for as much as it ever does.
  sightedRounds: optional(number, MOST_SIGHTED),
  lastSightedAt: optional(number),
  narrowest: optional(object),
  readAt: optional(number),
  keyState: needed(text, 'unknown'),
  facts: needed(record(text), {}),
  before: optional(object),
  after: optional(object),
  evidence: needed(EVIDENCE, []),
  deadAt: optional(number),
  provedAt: optional(number),
  ended: optional(ENDED),
};

/** What a proof is counted from. Of a record that cannot be read whole, all of it is counted again. */
const COUNTED = [
  ...(['unchanged', 'agreed', 'absentSince', 'absentAt', 'controlledSince', 'controlledBy'] as const),
  'revokedByWordSince',
] as const;

/** A record that shows a call has at least one. */
const callsIn = ({ calls, calledAt, lastCallAt, acceptedAt, callReplies = [] }: AttemptRecord): number =>
  Math.max(calls, callReplies.length, [calledAt, lastCallAt, acceptedAt].some((at) => at !== undefined) ? 1 : 0);

const readAttempt: Reader = (value, place, note) => {
  let isWhole = true;
  const read = fields(ATTEMPT_FIELDS)(value, place, (at) => {
    isWhole = false;
    note(at);
  });
  if (isWhole || read === undefined) return read;
  const attempt = read as AttemptRecord;
  const kept = Object.entries(attempt).filter(([name]) => !(COUNTED as readonly string[]).includes(name));
  return { ...Object.fromEntries(kept), calls: callsIn(attempt), answered: false };
};

const SETTLING = fields<Settling>({
  as: needed(text),
  owners: needed(list(text)),
  urgent: needed(flag),
  startedAt: needed(number),
  windowMs: needed(number),
  source: needed(text),
  nextAt: needed(number),
  lastReadAt: optional(number),
  held: optional(noMatter(list(number))),
  basis: optional(text),
  controlledBy: optional(text),
  absences: needed(number),
  connections: needed(number),
  addresses: needed(list(text)),
  triedKey: needed(flag),
  evidence: needed(EVIDENCE),
  notAsked: needed(list(text)),
  finding: optional(
    fields<SettleFinding>({ outcome: needed(text), why: needed(text), at: needed(number), number: needed(number) }),
  ),
});

const CASE_FIELDS: Fields<CaseItem> = {
  ...VERSIONED,
  provider: needed(text),
  realm: needed(text),
  keyId: needed(text),
  sightings: needed(record(number), {}),
  facts: needed(record(record(text)), {}),
  controls: optional(list(text)),
  lease: optional(
    allOrNothing(fields<NonNullable<CaseItem['lease']>>({ holder: needed(text), until: needed(number) })),
  ),
  attempts: needed(record(readAttempt), {}),
  proved: optional(
    allOrNothing(
      fields<NonNullable<CaseItem['proved']>>({
        at: needed(number),
        deadAt: needed(number),
        endedBy: needed(text),
      }),
    ),
  ),
  leftOpenBy: optional(text),
  restrictedBy: optional(text),
  sightedRounds: optional(number, MOST_SIGHTED),
  settling: optional(allOrNothing(SETTLING)),
  found: optional(
    record(allOrNothing(fields<EndFinding>({ outcome: needed(text), at: needed(number), held: needed(list(number)) }))),
  ),
  broken: optional(
    allOrNothing(fields<NonNullable<CaseItem['broken']>>({ windows: needed(number), full: needed(number) })),
  ),
  findings: optional(number),
  forgotten: optional(object),
  state: needed(text),
  at: needed(number),
};

/** The state of a case whose own record of it does not fit what else could be read. */
const stateOf = (item: Partial<CaseItem>): CaseItem['state'] => {
  const { proved, settling, leftOpenBy, restrictedBy, attempts, state } = item;
  const rests: Readonly<Record<string, unknown>> = {
    'proved-case': proved,
    'settling-case': settling,
    'restricted-case': restrictedBy,
  };
  if (state !== undefined && (!Object.hasOwn(rests, state) || rests[state] !== undefined)) return state;
  if (settling !== undefined && settling.finding === undefined) return 'settling-case';
  const isOpen = leftOpenBy !== undefined || Object.keys(attempts ?? {}).length > 0;
  return proved === undefined && isOpen ? 'open-case' : restingState({ proved, restrictedBy });
};

/** The ends that wait for what is found in a window. */
const ownersIn = (settling: unknown, { proved, leftOpenBy, restrictedBy }: Partial<CaseItem>): readonly string[] => {
  const owners = list(text)(isObject(settling) ? settling['owners'] : undefined, '', () => undefined);
  return (owners as readonly string[] | undefined) ?? [proved?.endedBy ?? leftOpenBy ?? restrictedBy ?? []].flat();
};

/** A window that cannot be read confirms nothing, and each end that waits for it is told so. */
const endedWindow = (item: Partial<CaseItem>, { stored: { settling }, foundAt }: Found): Settling => ({
  ...{ as: isObject(settling) && settling['as'] === 'restricted' ? 'restricted' : 'gone', urgent: false },
  ...{ owners: ownersIn(settling, item), startedAt: foundAt, windowMs: 0, source: 'assumed', nextAt: foundAt },
  ...{ absences: 0, connections: 0, addresses: [], triedKey: false, evidence: [], notAsked: [] },
  finding: {
    ...{ outcome: 'unconfirmed/no-answer', at: foundAt, number: (item.findings ?? 0) + 1 },
    why: 'The ledger’s record of the readings could not be read',
  },
});

const completeCase = (item: Item, found: Found): Item => {
  const { key, stored, foundAt } = found;
  const isWindowLost = stored['settling'] !== undefined && item['settling'] === undefined;
  const [provider, realm, ...keyId] = key.pk.slice('case#'.length).split('/');
  return {
    ...item,
    provider,
    realm,
    keyId: keyId.join('/'),
    // A delivery may hold it: whichever began before now is over by then.
    lease: item['lease'] ?? { holder: 'unreadable', until: after(foundAt, TIMING.recordMs) },
    state: stateOf(item),
    ...(isWindowLost ? { settling: endedWindow(item, found), findings: (Number(item['findings']) || 0) + 1 } : {}),
    at: item['at'] ?? foundAt,
  };
};

/** Which version a date is meant for is known only as a whole. Without that the date orders nothing until it is set again. */
const completeSweep = (item: Item): Item => {
  const isKnown = ['expiresAt', 'version', 'firstSeenAt'].every((name) => item[name] !== undefined);
  return isKnown ? item : { ...item, expiresAt: item['expiresAt'] ?? '', version: '', firstSeenAt: epochMs(0) };
};

/** A pause that cannot be read is a pause. */
const completePause = (item: Item, { stored, foundAt }: Found): Item =>
  item['pausedAt'] === undefined && stored['pausedAt'] !== undefined ? { ...item, pausedAt: foundAt } : item;

const startsWith =
  (prefix: string): Kind['isOf'] =>
  ({ pk }) =>
    pk.startsWith(prefix);

const kind = <T>(isOf: Kind['isOf'], table: Fields<T>, rules: Pick<Kind, 'complete' | 'lacking'> = {}): Kind => ({
  isOf,
  table,
  ...rules,
});

/** Every kind of item; the first that fits. */
const KINDS: readonly Kind[] = [
  kind<RequestItem>(
    startsWith('request#'),
    {
      ...VERSIONED,
      requestId: needed(text),
      askedId: optional(text),
      planOnly: needed(flag),
      // The name of no key.
      onlyKey: optional(text, ''),
      digest: needed(text, ''),
      attempt: needed(number),
      provider: optional(text),
      request: optional(REQUEST),
      stub: optional(text),
      sender: needed(text, ''),
      dueAt: needed(number),
      receivedAt: needed(number),
      pin: optional(PIN),
      former: optional(PIN),
      refused: optional(REFUSED),
      ended: optional(ENDED),
      receipt: optional(RECEIPT),
      published: needed(flag, false),
      withdrawnAt: optional(number),
      interim: needed(
        allOrNothing(
          fields<{ count: number; at: EpochMs | undefined }>({ count: needed(number), at: optional(number) }),
        ),
        { count: 0 },
      ),
      state: optional(text),
      at: needed(number),
    },
    { complete: completeRequest, lacking: lackingInRequest },
  ),
  kind<CaseItem>(startsWith('case#'), CASE_FIELDS, { complete: completeCase }),
  kind<KeyIdentityItem>(startsWith('pin#'), {
    ...VERSIONED,
    keyId: needed(text, ''),
    questionIds: needed(list(text), []),
  }),
  kind<SignerItem>(startsWith('signer#'), { ...VERSIONED, needed: needed(flag, true) }),
  kind<Versioned & { silences: number; code: string; until: number; bans?: object; tries?: object }>(
    startsWith('host#'),
    {
      ...VERSIONED,
      // Not 0: so the next answer of the host writes the item again.
      silences: needed(number, 1),
      code: needed(text, 'no-reply'),
      until: needed(number, 0),
      bans: optional(record(number)),
      tries: optional(list(allOrNothing(fields<{ by: string; at: number }>({ by: needed(text), at: needed(number) })))),
    },
  ),
  kind<ListingItem>(({ pk }) => pk === LISTING_KEY.pk, {
    ...VERSIONED,
    next: optional(text),
    at: needed(number, 0),
    startedAt: optional(number),
    pages: optional(number),
    unreadable: optional(number),
    wholeAt: optional(number),
    wholePages: optional(number),
    wholeUnreadable: optional(number),
  }),
  kind<IndexItem>(({ pk }) => pk === INDEX_KEY.pk, {
    ...VERSIONED,
    since: needed(number, 0),
    // Long ago: so the readers use the old index, and the walk begins again.
    tickedAt: needed(number, 0),
    next: optional(allOrNothing(fields<NonNullable<IndexItem['next']>>({ state: needed(text), from: needed(number) }))),
    filledAt: optional(number),
  }),
  kind<Versioned & { startedAt: number; startedBy: string; completedAt?: number }>(
    ({ pk }) => pk === 'sweep#look-after',
    { ...VERSIONED, startedAt: needed(number, 0), startedBy: needed(text, ''), completedAt: optional(number) },
  ),
  kind<ControlSecretsItem>(({ pk }) => pk === 'sweep#controls', { ...VERSIONED, arns: needed(list(text), []) }),
  kind<SecretEventsItem>(({ pk }) => pk === SECRET_EVENTS_KEY.pk, {
    ...VERSIONED,
    tagEventAt: optional(number),
    labelEventAt: optional(number),
  }),
  kind<CurrentVersionItem>(({ pk, sk }) => pk.startsWith('sweep#') && sk === 'version', {
    ...VERSIONED,
    // Of no version: the next event of the secret notes it again.
    versionId: needed(text, ''),
    seenAt: needed(number, 0),
  }),
  kind<SweepItem>(
    startsWith('sweep#'),
    {
      ...VERSIONED,
      expiresAt: needed(text),
      version: needed(text),
      firstSeenAt: needed(number),
      sent: optional(
        allOrNothing(
          fields<SentOrder>({
            requestId: needed(text),
            attempt: needed(number),
            at: needed(number),
            isOver: optional(flag),
          }),
        ),
      ),
      refused: optional(text),
      state: optional(text),
      at: optional(number),
      provider: optional(text),
    },
    { complete: completeSweep },
  ),
  kind<OverrideItem>(({ pk, sk }) => pk.startsWith('limit#') && sk === 'override', {
    ...VERSIONED,
    urgent: optional(number),
    other: optional(number),
    until: needed(number, 0),
    by: optional(text),
    reason: optional(text),
  }),
  kind<Booked & { expiresAt?: number }>(({ pk, sk }) => pk.startsWith('rate#') && sk === 'slots', {
    urgent: optional(number),
    requests: optional(number),
    rechecks: optional(number),
    expiresAt: optional(number),
  }),
  // Release 0.1.0 counted the exchanges of a rate, as a limit counts calls.
  kind<{ count: number; expiresAt?: number }>(({ pk }) => /^(limit|rate)#/.test(pk), {
    count: needed(number, 0),
    expiresAt: optional(number),
  }),
  kind<ControlKeyItem>(startsWith('control-key#'), {
    ...VERSIONED,
    keyName: needed(text, ''),
    acceptedAt: optional(number),
    refusedSince: optional(number),
  }),
  kind<PauseItem>(
    startsWith('control'),
    { ...VERSIONED, pausedAt: optional(number), by: needed(text, ''), reason: needed(text, '') },
    { complete: completePause },
  ),
  kind<ForgottenItem>(
    startsWith('forgotten#'),
    {
      ...VERSIONED,
      requestId: needed(text),
      // Of no attempt: a decision that cannot be read closes nothing.
      attempt: needed(number, 0),
      at: needed(number, 0),
      by: needed(text, ''),
      reason: needed(text, ''),
    },
    { complete: (item, { key }) => ({ ...item, requestId: requestIdIn(key) }) },
  ),
  // A sender whose answers cannot be read finds the next one.
  kind<AskedItem>(startsWith('asked#'), {
    ...VERSIONED,
    messageIds: needed(list(text), []),
    dropped: needed(number, 0),
  }),
  kind<RedriveItem>(
    startsWith('redrive#'),
    {
      ...VERSIONED,
      requestId: needed(text),
      // Of no attempt: what cannot be read announces nothing.
      attempt: needed(number, 0),
      by: needed(text, ''),
      at: needed(number, 0),
    },
    { complete: (item, { key }) => ({ ...item, requestId: requestIdIn(key) }) },
  ),
];

const kindOf = (key: ItemKey): Kind | undefined => KINDS.find(({ isOf }) => isOf(key));

const readAs = (
  { table, lacking }: Kind,
  stored: Item,
): { readonly item: Item; readonly faults: readonly string[] } => {
  const faults: string[] = [];
  const item = fields(table)(stored, '', (place) => faults.push(place)) as Item;
  return { item, faults: [...faults, ...(lacking?.(stored) ?? [])] };
};

/** The places of an item that cannot be read: absent or of another type. What a later release has added is no fault. */
export const faultsIn = (key: ItemKey, stored: object): readonly string[] => {
  const known = kindOf(key);
  return known ? readAs(known, { ...stored }).faults : [];
};

/**
 * Makes a whole item of what can be read of one that cannot be read as a whole. What is lost never makes a proof stronger, never lets an
 * update go out, and never ends a delete.
 *
 * @param foundAt when this was found first
 */
export const salvaged = <T extends object>(key: ItemKey, stored: T, foundAt: EpochMs): T => {
  const known = kindOf(key);
  if (known === undefined) return stored;
  const found: Found = { key, stored: { ...stored } as Item, foundAt };
  const { item } = readAs(known, found.stored);
  return { ...(known.complete?.(item, found) ?? item), salvagedAt: foundAt } as T;
};
