import { CANNED_PAGE } from './canned-page.ts';
import type { Change, Exchange } from './exchange.ts';
import type { ScriptedFaults } from './faults.ts';
import type { Before, KeyStore } from './key-store.ts';
import { playFault, type Sending, type Serving } from './play-fault.ts';
import type { Arrived, ProviderSide, Reply, StoredKey } from './provider-side.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface Entry {
  readonly request: Arrived;
  readonly exchange: Writable<Exchange>;
}

/** Where requests are taken in, carried out and written down. */
export interface Counter {
  readonly record: readonly Exchange[];
  readonly applied: () => readonly Change[];
  /** Takes in one request, plays the next fault that fits it, and says what leaves. */
  readonly receive: (request: Arrived) => Sending;
  /** Carries out every late request whose time has come, by the rules of that time. */
  readonly settle: () => void;
}

interface CounterParts<K extends StoredKey> {
  readonly side: ProviderSide<K>;
  readonly store: KeyStore<K>;
  readonly faults: ScriptedFaults;
  readonly now: () => number;
}

/** The state that a reading is answered from. */
const stateFor = ({ world, at }: Arrived, { staleBy = 0, lagsBy }: Serving): Before =>
  lagsBy === undefined ? { world, changes: staleBy } : { world, at: at - lagsBy };

const carryOut =
  <K extends StoredKey>({ side, store }: CounterParts<K>, changes: Change[]) =>
  ({ request, exchange }: Entry, { isApplied = true, rows = (all) => all, ...serving }: Serving = {}): Reply => {
    if (!request.world) return CANNED_PAGE.notFound;
    const before = request.method === 'GET' ? stateFor(request, serving) : undefined;
    const { reply, effect } = side.answer(request, { keys: store.alive(before), rows });
    if (!effect || !isApplied) return reply;
    const { key, ...change } = effect;
    const { world, keyId } = key;
    store.replace(key);
    exchange.applied = { at: request.at, host: request.host, world, keyId, by: exchange.keyId ?? '', ...change };
    changes.push(exchange.applied);
    return reply;
  };

/** Opens the counter of one sandbox. */
export const openCounter = <K extends StoredKey>(parts: CounterParts<K>): Counter => {
  const { side, store, faults, now } = parts;
  const record: Exchange[] = [];
  const changes: Change[] = [];
  const carry = carryOut(parts, changes);
  let late: readonly Entry[] = [];

  const settle = (): void => {
    const at = now();
    const due = late.filter(({ request }) => request.at <= at).sort((a, b) => a.request.at - b.request.at);
    late = late.filter(({ request }) => request.at > at);
    for (const entry of due) carry(entry);
  };

  const postpone = ({ request, exchange }: Entry, ms: number): Reply => {
    late = [...late, { request: { ...request, at: request.at + ms }, exchange }];
    return CANNED_PAGE.notFound;
  };

  const receive = (request: Arrived): Sending => {
    settle();
    const { at, host, method, target: path } = request;
    const keyId = side.signerOf(request, store.all());
    const played = faults.next({ method, path, host, keyId });
    const exchange: Writable<Exchange> = { seq: record.length + 1, at, host, method, path, status: 0 };
    if (keyId !== undefined) exchange.keyId = keyId;
    if (played) exchange.faultName = played.name;
    record.push(exchange);
    const entry = { request, exchange };
    const sending = playFault(played?.fault, (serving) =>
      serving?.lateBy === undefined ? carry(entry, serving) : postpone(entry, serving.lateBy),
    );
    if ('reply' in sending) exchange.status = sending.reply.status;
    return sending;
  };

  const applied = (): readonly Change[] => {
    settle();
    return [...changes];
  };
  return { record, applied, receive, settle };
};
