import type { Retry } from '../backoff.ts';
import { after, type EpochMs } from '../epoch.ts';
import { type AttemptRecord, basisOf, type CaseItem, executedCalls, hasEffectiveCall } from '../ledger/case-item.ts';
import { caseKey, requestIdOf, requestKey, type SignerItem, signerKey } from '../ledger/keys.ts';
import { countKey, hourOf, type OverrideItem, overrideKey } from '../ledger/operator-items.ts';
import type { Pin, RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Ports } from '../ports.ts';
import { kindOf } from '../provider.ts';
import { isUrgent } from '../reason.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { HOUR_MS, MINUTE_MS } from '../timing.ts';

/** How long an order on a key waits for open cases that need that key as signer. */
const SIGNER_NEEDED_MS = { urgent: MINUTE_MS, other: 10 * MINUTE_MS };

/** Whether a delivery works on a key, or will do so again. A mark without a case may be left over from a crash or a pause. */
const isAtWork = async ({ ledger, clock }: Pick<Ports, 'ledger' | 'clock'>, name: string): Promise<boolean> => {
  const { lease, attempts = {} } = (await ledger.read<CaseItem>(caseKey(name))) ?? {};
  return (
    (lease !== undefined && clock.now() < lease.until) ||
    Object.values(attempts).some(({ ended }) => ended === undefined)
  );
};

/** Whether the key still signs for another open case. Its delete waits for a while, and is then sent anyway. */
export const whileSignerNeeded = async (
  { ledger, clock }: Pick<Ports, 'ledger' | 'clock'>,
  { name, request, receivedAt }: { name: string; request: RevocationRequest; receivedAt: EpochMs },
): Promise<Retry | undefined> => {
  const goesAt = after(receivedAt, SIGNER_NEEDED_MS[isUrgent(request.reason) ? 'urgent' : 'other']);
  if (clock.now() >= goesAt) return undefined;
  const marks = await ledger.list<SignerItem>(`signer#${name}`, 'case#');
  const others = marks.filter(({ needed }) => needed).map(({ sk }) => sk.slice('case#'.length));
  for (const other of others)
    if (other !== name && (await isAtWork({ ledger, clock }, other))) return { code: 'signer-still-needed' };
  return undefined;
};

/**
 * The last call was refused and did nothing (none was executed so far, or the key was gone), and it was counted in this hour: the next
 * one takes its place.
 */
const hasPlace = (record: AttemptRecord, now: EpochMs): boolean =>
  record.lastAnswer === 'rejected' &&
  (executedCalls(record) === 0 || record.absentSince !== undefined) &&
  record.lastCallAt !== undefined &&
  hourOf(record.lastCallAt) === hourOf(now);

/**
 * Counts one call against its provider's hour. If the hour is full the request waits, and the first request that finds it full logs a
 * warning. A
 * request whose calls the provider refuses to execute counts once an hour: an outage would fill every hour, and the next one with it.
 */
export const withinLimit = async (
  { ledger, clock, config, log }: Pick<Ports, 'ledger' | 'clock' | 'config' | 'log'>,
  { provider, reason }: RevocationRequest,
  progress: AttemptRecord,
): Promise<Retry | undefined> => {
  const now = clock.now();
  if (hasPlace(progress, now)) return undefined;
  const kind = isUrgent(reason) ? 'urgent' : 'other';
  const window = countKey(provider, kind, now);
  const forgetAt = after(now, 48 * HOUR_MS);
  const { [kind]: usual } = config.limits;
  if (await ledger.count(window, usual, forgetAt)) return undefined;
  const raised = await ledger.read<OverrideItem>(overrideKey(provider));
  const max = Math.max(usual, raised && now < raised.until ? (raised[kind] ?? 0) : 0);
  if (max > usual && (await ledger.count(window, max, forgetAt))) return undefined;
  // This logs and counts it once an hour.
  const isFirst = await ledger.count({ pk: `${window.pk}#alarm`, sk: window.sk }, 1, forgetAt);
  if (isFirst) log.warn('limit reached', { provider, kind, max });
  return { code: 'limit' };
};

/** Records in the ledger whether the case needs its managing key, from before its first probe until its end. */
export const markSigner = async (
  ports: Pick<Ports, 'ledger' | 'newId'>,
  { signerName, keyName }: Pick<Pin, 'signerName' | 'keyName'>,
  needed: boolean,
): Promise<void> => {
  const key = signerKey(signerName, keyName);
  // This delivery has marked it, and the lease of the case keeps the mark for it.
  if (needed && ports.ledger.known?.find<SignerItem>(key)?.item?.needed) return;
  await updateItem<SignerItem>(
    ports,
    key,
    (current) => ((current?.needed ?? false) === needed ? undefined : { needed }),
    needed ? 'none' : undefined,
  );
};

/**
 * How a delete of this product killed a managing key: its death is proved, or the provider accepted the delete, or the reply was lost and
 * the delete may have been accepted.
 *
 * @returns undefined if no delete of this product can have killed the key
 */
export const killOf = async (
  { ledger, providers }: Pick<Ports, 'ledger' | 'providers'>,
  name: string,
): Promise<'proved' | 'accepted' | 'lost' | undefined> => {
  const { proved, attempts = {} } = (await ledger.read<CaseItem>(caseKey(name))) ?? {};
  if (proved !== undefined) return 'proved';
  let found: 'lost' | undefined;
  for (const [attempt, record] of Object.entries(attempts)) {
    if (!hasEffectiveCall(record)) continue;
    const { request } = (await ledger.read<RequestItem>(requestKey(requestIdOf(attempt), false))) ?? {};
    if (!request || kindOf(providers, request) !== 'delete') continue;
    if (basisOf(record) === 'accepted') return 'accepted';
    found = 'lost';
  }
  return found;
};
