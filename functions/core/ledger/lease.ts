import { after, type EpochMs } from '../epoch.ts';
import { LeaseLost } from '../fault.ts';
import type { Ports } from '../ports.ts';
import { TIMING } from '../timing.ts';
import type { CaseItem } from './case-item.ts';
import { caseKey, keyName, requestKey } from './keys.ts';
import { isSamePin, type RequestItem } from './request-item.ts';
import { updateItem, type updateLater } from './update-item.ts';

export interface KeyOf {
  readonly provider: string;
  readonly realm: string;
  readonly keyId: string;
}

/** A new case, without any knowledge of the key. */
export const emptyCase = ({ provider, realm, keyId }: KeyOf, at: EpochMs): Omit<CaseItem, 'rev' | 'nonce'> => ({
  provider,
  realm,
  keyId,
  sightings: {},
  facts: {},
  attempts: {},
  state: 'idle-case',
  at,
});

export type Taken =
  | { readonly taken: true; readonly item: CaseItem }
  | { readonly taken: false; readonly notBefore: EpochMs | undefined };

interface Wanted {
  /** Names the delivery. */
  readonly holder: string;
  readonly until: EpochMs;
  /** Which askers have seen the key alive, on which hosts. */
  readonly seen: readonly string[];
}

type Leased = CaseItem & { readonly lease: NonNullable<CaseItem['lease']> };

/**
 * Until when another delivery may be at work under a lease. One that was not released must be over for 10 s: its holder may have a call on
 * the way.
 *
 * @returns undefined if nobody else holds the lease
 */
export const takenUntil = (lease: CaseItem['lease'], holder: string, now: EpochMs): EpochMs | undefined => {
  if (lease === undefined || lease.holder === holder) return undefined;
  return [lease.until, after(lease.until, TIMING.crashMarginMs)].find((until) => now < until);
};

/** Opens a key's case and takes its lease. */
export const takeLease = async (
  ports: Pick<Ports, 'ledger' | 'newId' | 'clock'>,
  key: KeyOf,
  { holder, until, seen }: Wanted,
): Promise<Taken> => {
  const now = ports.clock.now();
  const written = await updateItem<CaseItem>(ports, caseKey(keyName(key.provider, key.realm, key.keyId)), (current) => {
    if (takenUntil(current?.lease, holder, now) !== undefined) return undefined;
    // The operator who forgot this key did not know about this request.
    const { forgotten: _forgotten, ...item } = current ?? emptyCase(key, now);
    return {
      ...item,
      ...(item.state === 'forgotten-case' ? { state: 'idle-case', restrictedBy: undefined } : {}),
      lease: { holder, until },
      sightings: { ...Object.fromEntries(seen.map((by) => [by, now])), ...item.sightings },
    };
  });
  const item = written as Leased; // with our lease, or unchanged under another's
  return item.lease.holder === holder
    ? { taken: true, item }
    : { taken: false, notBefore: takenUntil(item.lease, holder, now) };
};

/** Releases the case if this delivery holds it. */
export const releaseLease = async (
  ports: Pick<Ports, 'ledger' | 'newId'>,
  { pin }: RequestItem,
  holder: string,
): Promise<void> => {
  if (pin === undefined) return;
  await updateItem<CaseItem>(ports, caseKey(pin.keyName), (current) =>
    current?.lease?.holder === holder ? { ...current, lease: undefined } : undefined,
  );
};

/** Whether no other delivery has ended the request since this one read it, or moved it to another attempt or version. It is read again. */
export const stillStands = async ({ ledger }: Pick<Ports, 'ledger'>, item: RequestItem): Promise<boolean> => {
  const current = await ledger.read<RequestItem>(requestKey(item.requestId, item.planOnly));
  const isSameEnd = (current?.ended === undefined) === (item.ended === undefined);
  return current?.attempt === item.attempt && isSameEnd && isSamePin(current.pin, item.pin);
};

/**
 * Takes the lease for a request. The request that this delivery read may be out of date by then: if another delivery has ended the request
 * in the meantime, or moved to another attempt or version, the case is released at once.
 */
export const takeLeaseFor = async (
  ports: Pick<Ports, 'ledger' | 'newId' | 'clock'>,
  item: RequestItem,
  key: KeyOf,
  wanted: Wanted,
): Promise<Taken> => {
  const taken = await takeLease(ports, key, wanted);
  if (!taken.taken || (await stillStands(ports, item))) return taken;
  await releaseLease(ports, item, wanted.holder);
  return { taken: false, notBefore: undefined };
};

/**
 * Writes to a case whose lease this delivery holds.
 *
 * @param write `updateLater` keeps the change back for the next write to the case
 * @throws LeaseLost if another delivery has taken it
 */
export const updateLeasedCase = async (
  ports: Pick<Ports, 'ledger' | 'newId'>,
  name: string,
  holder: string,
  change: (current: CaseItem) => Omit<CaseItem, 'rev' | 'nonce'>,
  write: typeof updateLater = updateItem,
): Promise<CaseItem> => {
  const written = await write<CaseItem>(ports, caseKey(name), (current) => {
    if (current?.lease?.holder !== holder)
      throw new LeaseLost('Cannot write to the case: another delivery holds the lease');
    return change(current);
  });
  return written as CaseItem; // an item that does not exist has no holder
};

/**
 * If a redrive pinned no key, it takes over the previous attempt's pin; otherwise that case stays open with no request behind it. If
 * another delivery has pinned something else in the meantime, the lease for the returned item cannot be taken.
 */
export const inheritPin = async (ports: Pick<Ports, 'ledger' | 'newId'>, item: RequestItem): Promise<RequestItem> => {
  const { former, attempt, requestId, planOnly } = item;
  if (former === undefined || item.pin !== undefined || planOnly) return item;
  await updateItem<RequestItem>(ports, requestKey(requestId, planOnly), (current) =>
    current?.attempt === attempt && !current.receipt && !current.pin ? { ...current, pin: former } : undefined,
  );
  return { ...item, pin: former };
};
