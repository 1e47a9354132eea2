import { type Answer, waitIn } from '../answer.ts';
import type { Retry } from '../backoff.ts';
import { after, type EpochMs, later } from '../epoch.ts';
import type { Lane } from '../lane.ts';
import { asResult } from '../ledger/attempt-result.ts';
import { recall, updateItem } from '../ledger/update-item.ts';
import type { RetryCode } from '../outcome.ts';
import type { ItemKey, Ports, RateSlot, Versioned } from '../ports.ts';
import type { Connection } from '../provider.ts';
import { MINUTE_MS, TIMING } from '../timing.ts';

/** What all questions and calls of one delivery share. */
export interface Asking {
  readonly ports: Pick<Ports, 'clock' | 'config' | 'ledger' | 'newId' | 'processId' | 'rates' | 'send' | 'connect'>;
  readonly deadline: EpochMs;
  /**
   * Each exchange goes over a connection of its own. Set if an answer may count for a proof: connections that are open already may all lead
   * to one node of the provider.
   */
  ownConnections?: boolean;
  /** The provider's clock minus ours, in milliseconds. Set once. */
  skewMs?: number;
  /** Where the delivery's exchanges wait for slots of a rate. @default 'requests' */
  lane?: Lane;
  /** An urgent call has not left yet. For that call even a silent host is asked. */
  bypassesBreaker?: boolean;
  /** Replaces the code of the circuit breaker's wait. */
  breakerCode?: RetryCode | undefined;
  /** Whether the ledger holds that key of the target's realm as gone, or as under a delete. */
  isLeaving?: (keyId: string) => Promise<boolean>;
  /** The circuit breaker's answer for each host: how often it had been silent before, or the wait. */
  breakers?: Map<string, Promise<number | Retry>>;
  /** Rate slots that were taken ahead, by what the rate is of. */
  slots?: Map<string, RateSlot[]>;
  /** Opened ahead for the next call. */
  connection?: Connection | undefined;
}

/** Whose address a host has banned, and what left all the same. */
interface Bans {
  /** Until when the address of each process is banned, by its id. */
  readonly bans: Readonly<Record<string, EpochMs>>;
  /** The urgent calls that left from processes that were not banned, in the last ten minutes. */
  readonly tries: readonly { readonly by: string; readonly at: EpochMs }[];
}

/** How a host has answered all deliveries. */
interface HostItem extends Versioned {
  /** Silences in a row. */
  readonly silences: number;
  readonly code: RetryCode;
  /** Until then only a delivery that bypasses the breaker asks. After that one delivery tries the host for all. */
  readonly until: EpochMs;
  /** Absent if all processes call from the same addresses. */
  readonly bans?: Bans['bans'] | undefined;
  readonly tries?: Bans['tries'] | undefined;
}

/** A single lost reply is normal. After this many in a row the host counts as down. */
const MOST_SILENCES = 3;
/**
 * The wait between tries: a second at first, doubled up to this. So an outage costs one delivery at a time, and not one
 * for each request.
 */
const LONGEST_PAUSE_MS = 15_000;
/** How long the other deliveries wait for a try. By then the first answer is in, or the delivery crashed. */
const TRY_MS = TIMING.exchangeMs + 1_000;

/** From how many processes an urgent call may leave while another process's address is banned, one exchange each. */
const TRIES = { most: 3, inMs: 10 * MINUTE_MS };

const SILENT: readonly (RetryCode | undefined)[] = ['no-reply', 'provider-down'];

/** A silence: no reply, an error of the provider's own, or a page that says nothing of the key. */
const isSilence = (answer: Answer): boolean => {
  const { hostWide, identified, fallbackCode } = answer;
  const code = waitIn(answer)?.code;
  return (
    hostWide === true || SILENT.includes(code) || (code === 'unrecognised' && !identified && fallbackCode === undefined)
  );
};

const hostKey = (host: string): ItemKey => ({ pk: `host#${host}`, sk: 'host' });

/** Reads how a host has answered. It changes nothing: what this delivery asks next begins from what was read. */
export const readHost = ({ ledger }: Pick<Ports, 'ledger'>, host: string): Promise<unknown> =>
  orElse(ledger.read<HostItem>(hostKey(host)), undefined);

const pauseMs = (silences: number): number => Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** (silences - MOST_SILENCES));

/** The breaker only saves exchanges. If the ledger does not answer, the delivery acts as if nothing were known. */
const orElse = <T>(work: Promise<T>, fallback: T): Promise<T> =>
  work.catch((error: unknown) => {
    asResult(error);
    return fallback;
  });

const waitAt = ({ breakerCode }: Asking, { code, until }: HostItem): Retry =>
  code === 'rate-limited' ? { code, notBefore: until } : { code: breakerCode ?? code };

/** @returns how many silences there were before this delivery asks, or the wait if another delivery has the next try */
const readBreaker = async (asking: Asking, host: string): Promise<number | Retry> => {
  const { clock } = asking.ports;
  const found = await recall<HostItem>(asking.ports, hostKey(host));
  const mayAsk = asking.bypassesBreaker && found?.code !== 'rate-limited';
  if (found === undefined || found.silences < MOST_SILENCES || mayAsk) return found?.silences ?? 0;
  let tries: boolean | undefined;
  await updateItem<HostItem>(asking.ports, hostKey(host), (current = found) => {
    tries = clock.now() >= current.until;
    return tries ? { ...current, until: after(clock.now(), TRY_MS) } : undefined;
  });
  return tries ? found.silences : waitAt(asking, found);
};

const breakersOf = (asking: Asking): NonNullable<Asking['breakers']> => {
  asking.breakers ??= new Map();
  return asking.breakers;
};

/**
 * The circuit breaker: keeps a delivery from asking a silent host. It is read once for each host, and again after a silence of this
 * delivery's own.
 *
 * @returns the wait, if other deliveries have found the host silent or our address banned, and this delivery does not bypass the breaker
 */
export const checkBreaker = async (asking: Asking, host: string): Promise<Retry | undefined> => {
  const breakers = breakersOf(asking);
  const known = breakers.get(host) ?? orElse<number | Retry>(readBreaker(asking, host), 0);
  breakers.set(host, known);
  const said = await known;
  return typeof said === 'number' ? undefined : said;
};

/** Whether the host has banned an address of ours. Only a ban has this code. */
const isBanned = ({ code, until }: HostItem, now: EpochMs): boolean => code === 'rate-limited' && now < until;

/** A fixed address, and that of a VPC's gateway, is the address of all processes. */
const sharesAddresses = ({ ports: { config } }: Asking): boolean => config.inVpc || config.egressAddresses.length > 0;

/** The bans and tries that still count, with this process's ban if it has just been banned. */
const bansAfter = ({ ports: { clock, processId } }: Asking, current: HostItem | undefined, ban?: EpochMs): Bans => {
  const bans = Object.entries(current?.bans ?? {}).filter(([, until]) => clock.now() < until);
  return {
    bans: { ...Object.fromEntries(bans), ...(ban === undefined ? {} : { [processId]: ban }) },
    tries: current?.tries?.filter(({ at }) => clock.now() < after(at, TRIES.inMs)) ?? [],
  };
};

const withSilence = (
  asking: Asking,
  current: HostItem | undefined,
  answer: Answer,
): Omit<HostItem, keyof Versioned> | undefined => {
  const now = asking.ports.clock.now();
  const { hostWide } = answer;
  // A lost reply says nothing about a ban.
  if (!hostWide && current && isBanned(current, now)) return undefined;
  const { code, notBefore }: Retry = waitIn(answer) ?? { code: 'no-reply' };
  const silences = Math.max((current?.silences ?? 0) + 1, hostWide ? MOST_SILENCES : 0);
  const paused = after(now, pauseMs(silences));
  const until = later(current?.until ?? now, hostWide && notBefore !== undefined ? notBefore : paused);
  const bans = sharesAddresses(asking) ? {} : bansAfter(asking, current, hostWide ? until : undefined);
  return { silences, code, until, ...bans };
};

/** Records for the other deliveries how a host has answered, if that changes anything. */
export const recordAnswer = async (asking: Asking, host: string, answer: Answer): Promise<void> => {
  const { ports } = asking;
  const breakers = breakersOf(asking);
  const isSilent = isSilence(answer);
  const before = isSilent ? undefined : await breakers.get(host);
  // A delivery that was held back by a ban has sent a call from another address. Its answer does not end the ban.
  if (before === 0 || typeof before === 'object') return;
  if (isSilent) breakers.delete(host);
  else breakers.set(host, Promise.resolve(0));
  const noted = updateItem<HostItem>(ports, hostKey(host), (current) => {
    if (isSilent) return withSilence(asking, current, answer);
    return current && current.silences > 0
      ? { ...current, silences: 0, until: ports.clock.now(), bans: undefined }
      : undefined;
  });
  await orElse(noted, undefined);
};

/**
 * Who may send an urgent call to this host although the host has banned an address: this process, or only another one. `undefined` if no
 * process may, or if there is no ban.
 */
const wayAround = (asking: Asking, item: HostItem): 'here' | 'elsewhere' | undefined => {
  const { clock, processId } = asking.ports;
  if (item.bans === undefined || !isBanned(item, clock.now()) || sharesAddresses(asking)) return undefined;
  const { bans, tries } = bansAfter(asking, item);
  if (tries.length >= TRIES.most) return undefined;
  return bans[processId] === undefined && tries.every(({ by }) => by !== processId) ? 'here' : 'elsewhere';
};

/** Reads from the ledger who may. */
export const readWayAround = (asking: Asking, host: string): Promise<ReturnType<typeof wayAround>> =>
  orElse(
    asking.ports.ledger.read<HostItem>(hostKey(host)).then((item) => item && wayAround(asking, item)),
    undefined,
  );

/**
 * Holds a call back while the host has banned an address. An urgent call may leave from a few other processes, one exchange each: the try is
 * written before it leaves.
 *
 * @returns the wait; `undefined` if the call may leave
 */
export const whileBanned = async (asking: Asking, host: string): Promise<Retry | undefined> => {
  const held = await breakersOf(asking).get(host);
  if (typeof held !== 'object') return undefined;
  const { clock, processId } = asking.ports;
  let mayLeave = false;
  const noted = updateItem<HostItem>(asking.ports, hostKey(host), (current) => {
    const isHere = current !== undefined && wayAround(asking, current) === 'here';
    mayLeave = isHere;
    if (!isHere) return undefined;
    const { tries, bans } = bansAfter(asking, current);
    return { ...current, bans, tries: [...tries, { by: processId, at: clock.now() }] };
  });
  await orElse(noted, undefined);
  return mayLeave ? undefined : held;
};
