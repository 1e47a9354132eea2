import { toIso } from '../../core/epoch.ts';
import { SECRET_EVENTS_KEY, type SecretEventsItem } from '../../core/ledger/sweep-items.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Diagnosis } from './finding.ts';

const NONE =
  'No event of a changed tag was seen. CloudTrail sends them only where a trail logs the management events of this account and region. Without them a new or moved expiry date shows with the next listing: with the next sweep, and above 1,000 tagged secrets within the hour';

/**
 * When the last event of a changed tag was seen: the only proof that a trail carries them.
 *
 * @throws Unavailable if the ledger does not answer
 */
export const tagEventsFinding = async ({ ledger }: Pick<Deployed, 'ledger'>): Promise<Diagnosis> => {
  const seenAt = (await ledger.read<SecretEventsItem>(SECRET_EVENTS_KEY))?.tagEventAt;
  return seenAt === undefined
    ? { verdict: 'note', says: [NONE] }
    : { verdict: 'well', says: [`The last event of a changed tag was seen at ${toIso(seenAt)}`] };
};
