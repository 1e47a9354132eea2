import { createHash } from 'node:crypto';
import { after, type EpochMs, epochMs } from '../../../functions/core/epoch.ts';
import { Fault } from '../../../functions/core/fault.ts';
import type { Lane } from '../../../functions/core/lane.ts';
import { listMarks } from '../../../functions/core/ledger/lists.ts';
import type {
  Attributes,
  Booked,
  Config,
  Described,
  ItemKey,
  Ledger,
  LogFacts,
  NotFound,
  Opened,
  Ports,
  Versioned,
} from '../../../functions/core/ports.ts';
import type { HttpCall, MaybeReply, Provider } from '../../../functions/core/provider.ts';
import type { Receipt } from '../../../functions/core/receipt.ts';
import { Secret } from '../../../functions/core/secret.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { frozenClock } from '../edge/frozen-clock.ts';
import { bookSlot } from './book-slot.ts';
import { NOON } from './rounds.ts';

export const CONFIG: Config = {
  instance: 'test',
  secretPrefix: 'key-revoker/',
  secretArns: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:',
  mode: 'enforce',
  providers: Object.keys(PROVIDERS),
  giveUpAfterMs: 86_400_000,
  limits: { urgent: 1_000, other: 200 },
  egressAddresses: [],
  inVpc: false,
  requestTopics: [],
  ownRoles: ['AROAOWNROLE'],
};

/** The process is gone: whatever it would do next does not happen. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface Memory {
  readonly ports: { -readonly [P in keyof Ports]: Ports[P] };
  readonly clock: ReturnType<typeof frozenClock>;
  /** Items as stored, by `pk sk`. */
  readonly items: Map<string, Versioned & Readonly<Record<string, unknown>>>;
  readonly published: Receipt[];
  readonly aside: { readonly body: string; readonly attributes: Attributes }[];
  readonly enqueued: {
    readonly body: string;
    readonly attributes: Attributes;
    readonly delaySeconds: number;
    readonly lane: Lane;
  }[];
  readonly tags: (readonly [secretId: string, tags: Attributes])[];
  readonly lines: (readonly [event: string, facts: LogFacts])[];
  /** What left this process or was read from elsewhere, in its order, since the last `fail`. */
  readonly steps: readonly string[];
  /** Lets that step from now on throw; `after`: what it was to do is done. Without a step, nothing fails any more. */
  fail(step?: number, when?: 'before' | 'after', error?: Error): void;
}

export interface Given {
  readonly provider?: Provider;
  readonly config?: Partial<Config>;
  /** By `name@version`, by `name` for any version. A fault is thrown. */
  readonly secrets?: Readonly<Record<string, Opened | NotFound | Fault>>;
  readonly described?: readonly Described[];
  reply?(call: HttpCall, now: EpochMs): MaybeReply | Promise<MaybeReply>;
}

const MISSING: NotFound = { found: false, why: 'missing' };

/** Changes an item as another delivery does: under its next revision. @returns the item */
export const changeItem = ({ items }: Pick<Memory, 'items'>, name: string, fields: object): unknown => {
  const item = items.get(name);
  items.set(name, { ...item, ...fields, rev: (item?.rev ?? 0) + 1, nonce: 'another' });
  return items.get(name);
};

const memoryLedger = (items: Memory['items']): Ledger => {
  const name = ({ pk, sk }: ItemKey): string => `${pk} ${sk}`;
  const marksAt = (key: ItemKey) => listMarks(key, items.get(name(key)) ?? {});
  type Stored = Versioned & Readonly<Record<string, unknown>>;
  const within = (since: number, until: number, isMeant: (item: Stored, key: ItemKey) => boolean) =>
    [...items]
      .map(
        ([at, item]) =>
          [{ pk: at.slice(0, at.lastIndexOf(' ')), sk: at.slice(at.lastIndexOf(' ') + 1) }, item] as const,
      )
      .filter(([key, item]) => isMeant(item, key) && Number(item['at']) >= since && Number(item['at']) <= until)
      .toSorted(([, a], [, b]) => Number(a['at']) - Number(b['at']))
      .map(([key, item]) => [key, structuredClone(item)] as const);
  return {
    read: async <T extends Versioned>(key: ItemKey) => structuredClone(items.get(name(key))) as T | undefined,
    write: async (key, item, isNew) => {
      if (isNew && items.has(name(key))) return false;
      if ((items.get(name(key))?.rev ?? 0) !== item.rev - 1) return false;
      items.set(name(key), JSON.parse(JSON.stringify(item)));
      return true;
    },
    list: async <T>(pk: string, prefix: string) =>
      [...items].flatMap(([at, item]) => {
        const sk = at.slice(pk.length + 1);
        return at.startsWith(`${pk} `) && sk.startsWith(prefix) ? [{ ...item, pk, sk } as unknown as T & ItemKey] : [];
      }),
    readMany: async <T extends Versioned>(keys: readonly ItemKey[]) =>
      keys.flatMap((key) => {
        const item = items.get(name(key));
        return item ? [{ ...structuredClone(item), ...key } as unknown as T & ItemKey] : [];
      }),
    inState: async function* <T>(state: string, since: number, until: number) {
      yield within(since, until, (item) => item['state'] === state).map(
        ([key, item]) => ({ ...item, ...key }) as unknown as T,
      );
    },
    listed: async function* (list, since, until) {
      yield within(since, until, (_item, key) => marksAt(key)?.listed === list).map(([key, { at, state }]) => ({
        ...key,
        at: epochMs(Number(at)),
        state,
        brief: marksAt(key)?.brief,
      }));
    },
    // Items lie in their lists as they are written.
    enlist: async (key, rev) => items.get(name(key))?.rev === rev,
    count: async (key, max, expiresAt) => {
      const count = Number(items.get(name(key))?.['count'] ?? 0);
      if (count >= max) return false;
      items.set(name(key), { rev: 1, nonce: '', count: count + 1, expiresAt });
      return true;
    },
    book: async (key, booking) => {
      if (key.pk === 'rate#taken') return {};
      const { item, said } = bookSlot((items.get(name(key)) ?? {}) as Booked, booking);
      items.set(name(key), { rev: 1, nonce: '', ...item });
      return said;
    },
  };
};

/** Every port in this process, on a clock that moves only by waiting or by hand, with one failure at a chosen step. */
export const memoryPorts = ({ provider, config = {}, secrets = {}, described = [], reply }: Given = {}): Memory => {
  const clock = frozenClock(NOON);
  const memory: Pick<Memory, 'items' | 'published' | 'aside' | 'enqueued' | 'tags' | 'lines'> = {
    items: new Map(),
    published: [],
    aside: [],
    enqueued: [],
    tags: [],
    lines: [],
  };
  let steps: string[] = [];
  let failing: { step: number | undefined; when: 'before' | 'after'; error: Error } | undefined;
  const step = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    steps.push(name);
    const hit = failing?.step === steps.length ? failing : undefined;
    if (hit?.when === 'before') throw hit.error;
    const result = await work();
    if (hit) throw hit.error;
    return result;
  };
  const ledger = memoryLedger(memory.items);
  let ids = 0;
  const ports: Ports = {
    clock,
    ledger: {
      read: (key) => step('read', () => ledger.read(key)),
      write: (key, item, isNew) => step(`write ${key.sk}`, () => ledger.write(key, item, isNew)),
      list: (pk, prefix) => step('list', () => ledger.list(pk, prefix)),
      readMany: (keys) => step('read many', () => ledger.readMany(keys)),
      inState: ledger.inState,
      listed: ledger.listed,
      enlist: (key, rev, marks) => step('enlist', () => ledger.enlist(key, rev, marks)),
      count: (key, max, at) => step('count', () => ledger.count(key, max, at)),
      book: (key, booking) => step('book', () => ledger.book(key, booking)),
    } as Ledger,
    vault: {
      open: (id, version) =>
        step('open', () => {
          const found = secrets[`${id}@${version}`] ?? secrets[id] ?? MISSING;
          if (found instanceof Fault) throw found;
          return found;
        }),
      describe: (id) => step('describe', () => described.find(({ arn, name }) => arn === id || name === id)),
      tag: (id, tags) => step('tag', () => void memory.tags.push([id, tags])),
      tagged: async function* () {
        yield { secrets: described, next: undefined };
      },
    },
    outbox: {
      publish: (receipt) => step('publish', () => void memory.published.push(receipt)),
      setAside: (body, attributes) => step('set aside', () => void memory.aside.push({ body, attributes })),
      enqueue: (body, attributes, delaySeconds, lane) =>
        step('enqueue', () => void memory.enqueued.push({ body, attributes, delaySeconds, lane })),
    },
    log: {
      info: (event, facts) => void memory.lines.push([event, facts]),
      warn: (event, facts) => void memory.lines.push([event, facts]),
    },
    send: (call) => step('send', () => reply?.(call, clock.now())),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    processId: 'process-1',
    rates: new Map(),
    kept: new Map(),
    random: () => 0.5,
    providers: provider ? { ...PROVIDERS, [provider.name]: provider } : PROVIDERS,
    config: { ...CONFIG, ...config },
  };
  return {
    ...memory,
    ports,
    clock,
    get steps() {
      return steps;
    },
    fail: (at, when = 'before', error = new Crash('gone')) => {
      steps = [];
      failing = { step: at, when, error };
    },
  };
};

/** A secret's version as the vault opens it. */
export const openedAs = (value: string | undefined, fields: Partial<Opened> = {}): Opened => ({
  found: true,
  arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:key-revoker/desk-AbCdEf',
  name: 'key-revoker/desk',
  versionId: 'v1',
  createdAt: after(NOON, -86_400_000),
  value: value === undefined ? undefined : new Secret(value),
  ...fields,
});

/** The end and the sentence of the fault that the work ends with. */
export const faultFrom = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw error;
  return `${error.outcome}: ${error.message}`;
};
