import { type Answer, waitIn } from '../answer.ts';
import type { Retry } from '../backoff.ts';
import { after, type EpochMs, epochMs, later } from '../epoch.ts';
import { asResult } from '../ledger/attempt-result.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { RetryCode } from '../outcome.ts';
import type { ItemKey, Ports, Versioned } from '../ports.ts';
import type { Rate } from '../provider.ts';
import { HOUR_MS, TIMING } from '../timing.ts';

/** What all questions and calls of one delivery share. */
export interface Asking {
  readonly ports: Pick<Ports, 'clock' | 'ledger' | 'newId' | 'send'>;
  readonly deadline: EpochMs;
  /**
   * Each exchange goes over a connection of its own. Set if an answer may count for a proof: connections that are open already may all lead
   * to one node of the provider.
   */
  ownConnections?: boolean;
  /** The provider's clock minus ours, in milliseconds. Set once. */
  skewMs?: number;
  /** An urgent call has not left yet. For that call even a silent host is asked. */
  bypassesBreaker?: boolean;
  /** Replaces the code of the circuit breaker's wait. */
  breakerCode?: RetryCode | undefined;
  /** The circuit breaker's answer for each host: how often it had been silent before, or the wait. */
  breakers?: Map<string, Promise<number | Retry>>;
}

/** Consecutive windows of time. In each, this many calls may begin. */
interface Windows {
  readonly everyMs: number;
  /** For how long after its start a window accepts calls; 0: only at its start. */
  readonly openMs: number;
  readonly calls: number;
}

/** Any span of a rate overlaps at most this many windows, each a third as long. */
const WINDOWS_TOUCHED = 4;

/**
 * How a rate is kept. Each window gets a quarter of the rate, less one call, since the ways to the provider differ in length.
 * A rate that is too low for that gets one call at the start of each window, so that two calls are a whole window apart.
 */
const windowsOf = ({ most, perMs }: Rate): Windows => {
  const calls = Math.floor((most - 1) / WINDOWS_TOUCHED);
  if (calls > 0) return { everyMs: Math.ceil(perMs / 3), openMs: Math.ceil(perMs / 3), calls };
  return { everyMs: Math.ceil(perMs / most), openMs: 0, calls: 1 };
};

/**
 * Waits for a slot of the provider's rate, which all deliveries share. Each window belongs to the first few deliveries that take it.
 *
 * @returns false if no slot is free while there is time for an exchange
 * @throws Unavailable if the ledger does not answer
 */
export const takeRateSlot = async (
  { ports: { ledger, clock }, deadline }: Pick<Asking, 'ports' | 'deadline'>,
  rate: Rate | undefined,
): Promise<boolean> => {
  if (rate === undefined) return true;
  const { everyMs, openMs, calls } = windowsOf(rate);
  const last = after(deadline, -TIMING.exchangeMs);
  for (let n = Math.floor(clock.now() / everyMs); n * everyMs <= last; n += 1) {
    const begins = epochMs(n * everyMs);
    if (clock.now() > begins + openMs) continue;
    const window = { pk: `rate#${rate.of}`, sk: String(begins) };
    if (!(await ledger.count(window, calls, after(begins, HOUR_MS)))) continue;
    await clock.until(begins);
    return true;
  }
  return false;
};

/** How a host has answered all deliveries. */
interface HostItem extends Versioned {
  /** Silences in a row. */
  readonly silences: number;
  readonly code: RetryCode;
  /** Until then only a delivery that bypasses the breaker asks. After that one delivery tries the host for all. */
  readonly until: EpochMs;
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
  const { ledger, clock } = asking.ports;
  const found = await ledger.read<HostItem>(hostKey(host));
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

const withSilence = (current: HostItem | undefined, answer: Answer, now: EpochMs): Omit<HostItem, keyof Versioned> => {
  const { hostWide } = answer;
  const { code, notBefore }: Retry = waitIn(answer) ?? { code: 'no-reply' };
  const silences = Math.max((current?.silences ?? 0) + 1, hostWide ? MOST_SILENCES : 0);
  const paused = after(now, pauseMs(silences));
  const until = later(current?.until ?? now, hostWide && notBefore !== undefined ? notBefore : paused);
  return { silences, code, until };
};

/** Records for the other deliveries how a host has answered, if that changes anything. */
export const recordAnswer = async (asking: Asking, host: string, answer: Answer): Promise<void> => {
  const { ports } = asking;
  const breakers = breakersOf(asking);
  const isSilent = isSilence(answer);
  const before = isSilent ? undefined : await breakers.get(host);
  if (before === 0) return;
  if (isSilent) breakers.delete(host);
  else breakers.set(host, Promise.resolve(0));
  const noted = updateItem<HostItem>(ports, hostKey(host), (current) => {
    if (isSilent) return withSilence(current, answer, ports.clock.now());
    return current && current.silences > 0 ? { ...current, silences: 0, until: ports.clock.now() } : undefined;
  });
  await orElse(noted, undefined);
};
