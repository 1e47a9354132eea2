import { after, type EpochMs, earlier, epochMs } from '../epoch.ts';
import type { FinalOutcome } from '../outcome.ts';
import type { ItemKey, ListMarks } from '../ports.ts';
import { isUrgent, type Reason } from '../reason.ts';
import { type CaseItem, comesBySweep, type EndFinding, ownerOf } from './case-item.ts';
import { keyName } from './keys.ts';
import { allOrNothing, fields, flag, needed, number, optional, type Reader, record, text } from './read-fields.ts';
import { countedFrom, type RequestItem } from './request-item.ts';

/** The index that lists items by list, oldest first, with no more of them than their brief. It may lag behind the table. */
export const BY_STATE_2 = 'by-state-2';

/** What the index holds of an item, beside its keys. The lists that an older release has written may be wrong: `state` tells. */
export const PROJECTED = ['state', 'brief'] as const;

/** The attributes that a change of an item's list touches. */
export const LIST_MARKS = ['pk', 'sk', 'rev', 'listed', 'brief'] as const;

/** A single partition would throttle writes to the table itself. */
const SHARDS = 8;

const SHARD_NAMES = Array.from({ length: SHARDS }, (_, shard) => String(shard));

/** Spreads keys evenly (FNV-1a). It stays as it is: another release has to find the same list. */
const shardOf = (pk: string): string => {
  let hash = 0x811c9dc5;
  for (const letter of pk) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return String((hash >>> 0) % SHARDS);
};

/** What the gauges and the daily pass read of an open request. */
export interface RequestBrief {
  readonly requestId: string;
  readonly attempt: number;
  /** Names its key if it is known, and otherwise the request. */
  readonly name: string;
  /** The instant from which its time is counted. */
  readonly from: EpochMs;
  /** The item is that of a plan. */
  readonly isPlan: boolean;
  /** It is no plan. A request of which nothing can be read any more is open until a person sends it again. */
  readonly isMeant: boolean;
}

/** What the history says of a request that has ended. */
export interface EndedBrief {
  readonly requestId: string;
  readonly attempt: number;
  readonly outcome: FinalOutcome;
  readonly endedAt: EpochMs;
  readonly dueAt: EpochMs;
  readonly provider?: string | undefined;
  readonly operation?: string | undefined;
  /** `provider/realm/identifier`. Absent if the request came to no key. */
  readonly key?: string | undefined;
  readonly reason?: Reason | undefined;
  readonly reference?: string | undefined;
  readonly requestedBy?: string | undefined;
  /** The first probe of the proof that found the key gone. */
  readonly goneAt?: EpochMs | undefined;
  /** When the word of the end was taken back. */
  readonly withdrawnAt?: EpochMs | undefined;
}

/** What the gauges, the daily pass and the history read of a case. */
export interface CaseBrief {
  /** Names its key. */
  readonly name: string;
  /** Since when it is open. */
  readonly since?: EpochMs | undefined;
  /** The request, as `requestId#attempt`, for which the key is checked again. */
  readonly owner?: string | undefined;
  /** That request left the case open. */
  readonly isLeft: boolean;
  /** The settle window, while an end waits for what is found in it. */
  readonly window?: SettleBrief | undefined;
  /** What was found for the latest ends, by `requestId#attempt`. */
  readonly found?: Readonly<Record<string, Pick<EndFinding, 'outcome' | 'at'>>> | undefined;
}

/** What a sweep reads of a settle window. */
export interface SettleBrief {
  readonly owner: string;
  readonly nextAt: EpochMs;
  readonly endsAt: EpochMs;
  /** No message waits for the next reading. */
  readonly bySweep?: boolean | undefined;
}

/** Of a tagged secret whose order is not sent yet. */
export interface DueBrief {
  /** As the tags name it. */
  readonly provider: string;
}

const requestBrief = (item: RequestItem): RequestBrief => ({
  requestId: item.requestId,
  attempt: item.attempt,
  name: item.pin?.keyName ?? `request ${item.requestId}`,
  from: countedFrom(item),
  isPlan: item.planOnly,
  isMeant: !item.planOnly && (item.request !== undefined || item.salvagedAt !== undefined),
});

/** Since when a case is open: since the end that left it open, or since its first call. */
const openSince = ({ leftOpenBy, attempts, at }: CaseItem): EpochMs | undefined => {
  if (leftOpenBy !== undefined) return at;
  const called = Object.values(attempts).flatMap(({ calledAt }) => calledAt ?? []);
  return called.length === 0 ? undefined : called.reduce(earlier);
};

const windowOf = ({ settling }: CaseItem): CaseBrief['window'] => {
  if (settling === undefined) return undefined;
  const [owner] = settling.owners;
  if (owner === undefined) return undefined;
  const endsAt = epochMs(settling.startedAt + settling.windowMs);
  return { owner, nextAt: settling.nextAt, endsAt, ...(comesBySweep(settling) ? { bySweep: true } : {}) };
};

const caseBrief = (item: CaseItem): CaseBrief => {
  const { provider, realm, keyId, found } = item;
  const [since, owner, window] = [openSince(item), ownerOf(item), windowOf(item)];
  const findings = Object.entries(found ?? {}).map(([name, { outcome, at }]) => [name, { outcome, at }] as const);
  return {
    name: keyName(provider, realm, keyId),
    ...(since === undefined ? {} : { since }),
    ...(owner === undefined ? {} : { owner }),
    isLeft: owner !== undefined && owner === item.leftOpenBy,
    ...(window === undefined ? {} : { window }),
    ...(found === undefined ? {} : { found: Object.fromEntries(findings) }),
  };
};

/** In total: receipts of release 0.1.0 name their times differently. */
const endedBrief = (item: RequestItem): EndedBrief => {
  const { requestId, attempt, ended, at, dueAt, request, receipt, pin, withdrawnAt } = item;
  const { operation, reason, reference, requestedBy } = request ?? {};
  const goneMs = receipt?.timeToRevokeMs;
  const goneAt = typeof goneMs === 'number' ? after(dueAt, goneMs) : undefined;
  const known = { operation, key: pin?.keyName, reason, reference, requestedBy, goneAt, withdrawnAt };
  return {
    requestId,
    attempt,
    outcome: ended?.outcome ?? 'stuck/unproven',
    endedAt: at,
    dueAt,
    ...(item.provider === undefined ? {} : { provider: item.provider }),
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
};

/** How one kind of listed item is told in brief. */
export interface Kind<T> {
  readonly states: readonly string[];
  /** In total: of an item that could not be read as a whole as well. */
  readonly briefOf: (item: never) => T;
  /** Tells people which item it is. */
  readonly nameOf: (item: never) => string;
  readonly read: Reader;
  /** The shard of an item, if it is not that of its key. */
  readonly shard?: (item: never) => string | undefined;
}

const URGENT = 'urgent';

export const OPEN_REQUESTS = {
  states: ['open-request'],
  briefOf: requestBrief,
  nameOf: ({ requestId }: RequestItem) => requestId,
  read: allOrNothing(
    fields<RequestBrief>({
      requestId: needed(text),
      attempt: needed(number),
      name: needed(text),
      from: needed(number),
      isPlan: needed(flag),
      isMeant: needed(flag),
    }),
  ),
  shard: ({ request }: RequestItem) => (request?.reason && isUrgent(request.reason) ? URGENT : undefined),
} as const satisfies Kind<RequestBrief>;

export const CASES = {
  states: ['open-case', 'settling-case', 'proved-case', 'restricted-case'],
  briefOf: caseBrief,
  nameOf: ({ provider, realm, keyId }: CaseItem) => keyName(provider, realm, keyId),
  read: allOrNothing(
    fields<CaseBrief>({
      name: needed(text),
      since: optional(number),
      owner: optional(text),
      isLeft: needed(flag),
      window: optional(
        fields<SettleBrief>({
          owner: needed(text),
          nextAt: needed(number),
          endsAt: needed(number),
          bySweep: optional(flag),
        }),
      ),
      found: optional(
        record(
          fields<Pick<EndFinding, 'outcome' | 'at'>>({
            outcome: needed(text),
            at: needed(number),
          }),
        ),
      ),
    }),
  ),
} as const satisfies Kind<CaseBrief>;

export const DUE_ORDERS = {
  states: ['due'],
  briefOf: ({ provider = '' }: { readonly provider?: string | undefined }): DueBrief => ({ provider }),
  nameOf: ({ name = '' }: { readonly name?: string }) => name,
  read: allOrNothing(fields<DueBrief>({ provider: needed(text) })),
} as const satisfies Kind<DueBrief>;

/** Requests that have ended have no state: the old index would hold their whole receipts. They are listed for the history. */
const ENDED = 'ended-request';

export const ENDED_REQUESTS = {
  states: [ENDED],
  briefOf: endedBrief,
  nameOf: ({ requestId }: RequestItem) => requestId,
  read: allOrNothing(
    fields<EndedBrief>({
      requestId: needed(text),
      attempt: needed(number),
      outcome: needed(text),
      endedAt: needed(number),
      dueAt: needed(number),
      provider: optional(text),
      operation: optional(text),
      key: optional(text),
      reason: optional(text),
      reference: optional(text),
      requestedBy: optional(text),
      goneAt: optional(number),
      withdrawnAt: optional(number),
    }),
  ),
} as const satisfies Kind<EndedBrief>;

const OF_STATES: readonly Kind<unknown>[] = [OPEN_REQUESTS, CASES, DUE_ORDERS];

const KINDS: readonly Kind<unknown>[] = [...OF_STATES, ENDED_REQUESTS];

/** Every state that both indexes list. */
export const LISTED_STATES: readonly string[] = OF_STATES.flatMap(({ states }) => states);

/** The lists of a state, each a partition of the index. */
export const listsOf = (state: string): readonly string[] => {
  const names = OPEN_REQUESTS.states.some((one) => one === state) ? [...SHARD_NAMES, URGENT] : SHARD_NAMES;
  return names.map((name) => `${state}#${name}`);
};

/** The state of the items in a list. */
export const stateOfList = (list: string): string => list.slice(0, list.indexOf('#'));

/** The `state` that items of a list have in the table. */
export const storedState = (state: string): string | undefined => (state === ENDED ? undefined : state);

/** An item that cannot be told in brief is read as a whole: a defect here must not keep a revocation from its write. */
const briefIn = ({ briefOf }: Kind<unknown>, item: object): object => {
  try {
    return briefOf(item as never) as object;
  } catch {
    return {};
  }
};

/** In which list an item belongs, and its brief; `undefined` if it belongs in none. @param item under the code's names */
export const listMarks = ({ pk }: ItemKey, item: object): ListMarks | undefined => {
  const { state: own, ended, planOnly } = item as Partial<Record<'state' | 'ended' | 'planOnly', unknown>>;
  // A plan is no part of the history.
  const isHistory = pk.startsWith('request#') && own === undefined && ended !== undefined && planOnly !== true;
  const state = isHistory ? ENDED : own;
  const kind = KINDS.find(({ states }) => typeof state === 'string' && states.includes(state));
  if (kind === undefined) return undefined;
  const shard = kind.shard?.(item as never) ?? shardOf(pk);
  return { listed: `${state}#${shard}`, brief: briefIn(kind, item) };
};

/** An item without what puts it into a list. */
export const withoutMarks = <T extends object>(item: T): T => {
  const { listed: _listed, brief: _brief, ...rest } = item as T & Partial<ListMarks>;
  return rest as T;
};
