import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import type { Described } from '../../core/ports.ts';
import { EXPIRY_TAG, expiryRequestId, type SweepItem, sweepKey } from '../../core/request/expiry-tags.ts';
import type { Deployed } from '../deployment/connect.ts';
import { isMarked, markedNote, namesOf } from '../deployment/unopened.ts';
import type { Diagnosis } from './finding.ts';

/** Whether the request that the tags order has ended. A withdrawn order is sent again by a sweep, so it counts as open. */
const hasEnded = async ({ ledger, digest }: Deployed, { arn, tags }: Described): Promise<boolean> => {
  const version = tags['key-revoker:version'] ?? (await ledger.read<SweepItem>(sweepKey(arn)))?.version;
  if (version === undefined) return false;
  const item = await ledger.read<RequestItem>(requestKey(expiryRequestId(digest, arn, version, tags), false));
  const outcome = item?.ended?.outcome;
  return outcome !== undefined && outcome !== 'withdrawn';
};

const REMEDY =
  'Restore a secret whose key may be alive with restore-secret of the AWS command line, or delete the key in the provider’s web console';

/**
 * What is wrong with secrets that are marked for deletion: nothing can carry out their expiry dates.
 *
 * @throws Unavailable if the ledger does not answer
 */
export const markedFinding = async (deployed: Deployed, unopened: readonly Described[]): Promise<Diagnosis> => {
  const dated = unopened.filter((secret) => isMarked(secret) && secret.tags[EXPIRY_TAG] !== undefined);
  const ended = await Promise.all(dated.map((secret) => hasEnded(deployed, secret)));
  const open = dated.filter((_, index) => !ended[index]);
  const says = markedNote(unopened);
  return open.length === 0
    ? { verdict: 'note', says }
    : {
        verdict: 'wrong',
        says: [...says, `No sweep can carry out the expiry dates of: ${namesOf(open)}`, REMEDY],
      };
};
