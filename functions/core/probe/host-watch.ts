import type { Answer } from '../answer.ts';
import { after, type EpochMs, later } from '../epoch.ts';
import { NotYet, Unavailable } from '../fault.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { RetryCode } from '../outcome.ts';
import type { ItemKey, Versioned } from '../ports.ts';
import { TIMING } from '../timing.ts';
import type { Asking } from './ask.ts';

/** How a host has answered, all deliveries together. */
interface HostItem extends Versioned {
  /** Answers running that were none. */
  readonly silences: number;
  readonly code: RetryCode;
  /** Until then nobody asks but who insists; then one delivery tries it for all. */
  readonly until: EpochMs;
}

/** One reply may be lost on any day; after as many in a row the host is taken to be out. */
const MOST_SILENCES = 3;
/** From one try to the next: a second at first, doubling up to this. An outage costs one delivery at a time, and not one for each request. */
const LONGEST_PAUSE_MS = 15_000;
/** How long the others leave a try alone: by then its first answer is in, or it crashed. */
const TRY_MS = TIMING.exchangeMs + 1_000;

const SILENT: readonly (string | undefined)[] = ['retry/no-reply', 'retry/provider-down'];

/** No word of the provider's on anything: no reply, an error of its own, or a page that tells nothing of the key. */
const isNone = ({ ends, hostWide, identified: seen, fallbackCode }: Answer): boolean =>
  hostWide === true || SILENT.includes(ends) || (ends === 'retry/unrecognised' && !seen && fallbackCode === undefined);

const hostKey = (host: string): ItemKey => ({ pk: `host#${host}`, sk: 'host' });

const pauseMs = (silences: number): number => Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** (silences - MOST_SILENCES));

/** What is known here only spares exchanges: where the ledger does not answer, it is as if nothing were. */
const orElse = <T>(work: Promise<T>, fallback: T): Promise<T> =>
  work.catch((error: unknown) => {
    if (error instanceof Unavailable) return fallback;
    throw error;
  });

const heldBack = ({ breakerCode }: Asking, { code, until }: HostItem): NotYet =>
  new NotYet(code === 'rate-limited' ? { code, notBefore: until } : { code: breakerCode ?? code });

/** @returns how many silences there were before this delivery asks. @throws NotYet where the host is out and it is not its turn to try */
const silencesBefore = async (asking: Asking, host: string): Promise<number> => {
  const { ledger, clock } = asking.ports;
  const found = await ledger.read<HostItem>(hostKey(host));
  const mayAsk = asking.bypassesBreaker && found?.code !== 'rate-limited';
  if (found === undefined || found.silences < MOST_SILENCES || mayAsk) return found?.silences ?? 0;
  let tries: boolean | undefined;
  await updateItem<HostItem>(asking.ports, hostKey(host), (current = found) => {
    tries = clock.now() >= current.until;
    return tries ? { ...current, until: after(clock.now(), TRY_MS) } : undefined;
  });
  if (!tries) throw heldBack(asking, found);
  return found.silences;
};

const silencesOf = (asking: Asking): Map<string, Promise<number>> => {
  asking.silences ??= new Map();
  return asking.silences;
};

/**
 * Holds a delivery back from a host that answers nobody. Asked once for each host, and again after a silence of its own.
 *
 * @throws NotYet where others have found it silent, or our address banned, and this delivery does not insist
 */
export const checkBreaker = async (asking: Asking, host: string): Promise<void> => {
  const silences = silencesOf(asking);
  const known = silences.get(host) ?? orElse(silencesBefore(asking, host), 0);
  silences.set(host, known);
  await known;
};

const withSilence = (
  current: HostItem | undefined,
  { ends = 'retry/no-reply', notBefore, hostWide }: Answer,
  now: EpochMs,
): Omit<HostItem, keyof Versioned> => {
  const silences = Math.max((current?.silences ?? 0) + 1, hostWide ? MOST_SILENCES : 0);
  const paused = after(now, pauseMs(silences));
  const until = later(current?.until ?? now, hostWide && notBefore !== undefined ? notBefore : paused);
  return { silences, code: ends.slice('retry/'.length) as RetryCode, until };
};

/** Tells the other deliveries how a host has answered, where that is news to them. */
export const recordAnswer = async (asking: Asking, host: string, answer: Answer): Promise<void> => {
  const { ports } = asking;
  const silences = silencesOf(asking);
  const isSilent = isNone(answer);
  const before = isSilent ? undefined : await silences.get(host);
  if (before === 0) return;
  if (isSilent) silences.delete(host);
  else silences.set(host, Promise.resolve(0));
  const noted = updateItem<HostItem>(ports, hostKey(host), (current) => {
    if (isSilent) return withSilence(current, answer, ports.clock.now());
    return current && current.silences > 0 ? { ...current, silences: 0, until: ports.clock.now() } : undefined;
  });
  await orElse(noted, undefined);
};
