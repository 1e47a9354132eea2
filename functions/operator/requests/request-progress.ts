import { longestWait } from '../../core/backoff.ts';
import { type EpochMs, fromIso, later, toIso } from '../../core/epoch.ts';
import type { CaseItem } from '../../core/ledger/case-item.ts';
import { attemptName, caseKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { isUrgent } from '../../core/reason.ts';
import type { Deployed } from '../deployment/connect.ts';
import { inWords } from '../terminal/duration.ts';

/** A request with the case of its key, where it has come so far. */
export interface Open {
  readonly item: RequestItem;
  readonly found: CaseItem | undefined;
}

export const caseOf = async ({ ledger }: Deployed, { pin }: RequestItem): Promise<CaseItem | undefined> =>
  pin && (await ledger.read<CaseItem>(caseKey(pin.keyName)));

/** How far an open request has come, in a few words. */
export const progressOf = ({ item, found }: Open, now: EpochMs): string => {
  const due = item.request?.notBefore === undefined ? undefined : fromIso(item.request.notBefore);
  if (due !== undefined && due > now) return `not due until ${toIso(due)}`;
  const { refused } = item;
  if (refused !== undefined)
    return `refused since ${toIso(refused.since)}, which may be an outage; if it holds, ends as ${refused.wouldEnd} after ${toIso(refused.until)}`;
  const progress = found?.attempts[attemptName(item)];
  if (item.pin === undefined) return 'received';
  if (progress === undefined || (progress.calls === 0 && progress.evidence.length === 0)) return 'credential opened';
  const calls = ['not called yet', 'called once'][progress.calls] ?? `called ${progress.calls} times`;
  // A probe that finds it gone may have met an outage, so this says no more than the provider did.
  if (progress.absentSince !== undefined)
    return `${calls}, unknown to the provider since ${toIso(progress.absentSince)}`;
  return progress.calls === 0 ? 'probed, not called yet' : `${calls}, not proved yet`;
};

/** When an open request is tried again, as far as that can be known: a provider may state another time. */
export const nextTry = ({ item }: Open, now: EpochMs): string => {
  const { request, receivedAt } = item;
  const due = (request?.notBefore && fromIso(request.notBefore)) || receivedAt;
  if (due > now) return `at ${toIso(due)}`;
  const urgent = request !== undefined && isUrgent(request.reason);
  const most = longestWait({ age: now - later(due, receivedAt), urgent });
  return `automatic, within ${inWords(most)}, unless the provider sets another time`;
};
