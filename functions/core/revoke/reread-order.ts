import { after } from '../epoch.ts';
import { Fault } from '../fault.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import type { Opened, Ports } from '../ports.ts';
import { expiryRequestId, readTags, type SweepItem, sweepKey } from '../request/expiry-tags.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { isExpiryOrder } from '../request/revocation-request.ts';
import { mustReach } from './open-credential.ts';

/** The version of the secret with the key, as the request names it. */
const versionIn = ({ target, secretVersion }: RevocationRequest): string =>
  (typeof target === 'object' ? target['secretVersion'] : undefined) ?? secretVersion;

/**
 * Reads the tags behind a sweep's order again, right before its call. A moved date or a removed tag withdraws the order.
 * Other requests pass.
 *
 * @param opened the version that holds the key, if it is known
 * @throws Fault `withdrawn`, `refused/version-not-meant` if the version is newer than the tag, `refused/outside-prefix` if the order names
 *   a secret that no sweep reads, or `stuck/access-denied`
 */
export const rereadOrder = async (
  ports: Ports,
  { requestId, request }: RequestItem,
  opened: Opened | undefined,
): Promise<void> => {
  if (!isExpiryOrder(requestId) || request?.requestedBy === undefined) return;
  const arn = request.requestedBy;
  mustReach(ports.config, arn);
  const described = await ports.vault.describe(arn);
  // A deleted secret withdraws nothing: its key is still alive.
  if (described === undefined) return;
  const read = readTags(ports.providers, described.tags);
  const firstSeen = await ports.ledger.read<SweepItem>(sweepKey(described.arn));
  if (read.kind === 'unreadable') throw new Fault('withdrawn', read.why);
  const { order } = read;
  if (order.expiresAt > ports.clock.now()) throw new Fault('withdrawn', '');
  // Where the sweep's item cannot be read, its version is empty: the sweep named that version in the request.
  const isKnown = firstSeen !== undefined && firstSeen.version !== '';
  const version = order.version ?? (isKnown ? firstSeen.version : versionIn(request));
  if (expiryRequestId(ports.digest, described.arn, version, described.tags) !== requestId)
    throw new Fault('withdrawn', 'The tags have changed since then. The changed tags make a new order');
  // A tag that names a version is meant for that version, whenever a sweep first saw the date. Dates of versions are whole seconds in
  // Secrets
  // Manager, so the last second counts as older.
  const newest =
    order.version === undefined && isKnown
      ? Math.min(order.expiresAt, after(firstSeen.firstSeenAt, 1_000))
      : order.expiresAt;
  if (opened !== undefined && opened.createdAt > newest) throw new Fault('refused/version-not-meant', '');
};
