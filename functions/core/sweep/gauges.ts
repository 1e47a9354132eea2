import { type EpochMs, earlier, epochMs } from '../epoch.ts';
import type { CaseItem } from '../ledger/case-item.ts';
import { keyName } from '../ledger/keys.ts';
import { isForgotten, pausedSince } from '../ledger/operator-items.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import { countedFrom } from '../revoke/wait-for.ts';
import { SECOND_MS } from '../timing.ts';
import { oneByOne } from './one-by-one.ts';

type GaugePorts = Pick<Ports, 'ledger' | 'clock' | 'config' | 'log'>;

/** How much is open, and for how long. */
export interface Gauges {
  readonly openCases: number;
  readonly oldestOpenCaseSeconds: number;
  readonly pausedSeconds: number;
}

/** Since when a case is open: since the end that left it open, or since its first call. */
const openSince = ({ leftOpenBy, attempts, at }: CaseItem): EpochMs => {
  if (leftOpenBy !== undefined) return at;
  return Object.values(attempts)
    .flatMap(({ calledAt }) => calledAt ?? [])
    .reduce(earlier, epochMs(Number.POSITIVE_INFINITY));
};

/** A request of which nothing can be read any more is open until a person sends it again. */
const isDue = (item: RequestItem, now: EpochMs): boolean =>
  !item.planOnly && (item.request !== undefined || item.salvagedAt !== undefined) && countedFrom(item) <= now;

/** Whether a request is forgotten. Only requests past their time are checked, so these are few. */
const isLeftOff = async (ports: GaugePorts, item: RequestItem, now: EpochMs): Promise<boolean> =>
  now - countedFrom(item) > ports.config.giveUpAfterMs && (await isForgotten(ports, item));

/** Each key that may be alive although it should be dead, and since when. A request whose key is not known yet counts as one key. */
const open = async (ports: GaugePorts, now: EpochMs): Promise<ReadonlyMap<string, EpochMs>> => {
  const { ledger } = ports;
  const { serve, finish } = oneByOne(ports, 'gauge');
  const found = new Map<string, EpochMs>();
  const note = (name: string, since: EpochMs): void => void found.set(name, earlier(since, found.get(name) ?? since));
  for await (const page of ledger.inState<RequestItem>('open-request', epochMs(0), now))
    for (const item of page)
      await serve(item.requestId, async () => {
        if (isDue(item, now) && !(await isLeftOff(ports, item, now)))
          note(item.pin?.keyName ?? `request ${item.requestId}`, countedFrom(item));
      });
  for await (const page of ledger.inState<CaseItem>('open-case', epochMs(0), now))
    for (const item of page) {
      const name = keyName(item.provider, item.realm, item.keyId);
      await serve(name, async () => note(name, earlier(openSince(item), now)));
    }
  finish();
  return found;
};

const secondsSince = (instant: EpochMs | undefined, now: EpochMs): number =>
  instant === undefined ? 0 : Math.max(0, Math.floor((now - instant) / SECOND_MS));

/**
 * Counts in the ledger what is open, and logs it in one line. A stuck request stays open until its key is dead or forgotten.
 *
 * @throws Unavailable if the ledger does not answer
 */
export const gauge = async (ports: GaugePorts): Promise<Gauges> => {
  const now = ports.clock.now();
  const since = [...(await open(ports, now)).values()];
  const gauges = {
    openCases: since.length,
    oldestOpenCaseSeconds: secondsSince(since.length === 0 ? undefined : since.reduce(earlier), now),
    pausedSeconds: secondsSince(await pausedSince(ports), now),
  };
  ports.log.info('gauges read', gauges);
  return gauges;
};
