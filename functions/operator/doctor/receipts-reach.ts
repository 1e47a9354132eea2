import { after } from '../../core/epoch.ts';
import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { MINUTE_MS } from '../../core/timing.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { nextPoll, pause } from '../requests/poll.ts';
import type { PlannedKey } from './controls.ts';
import type { Diagnosis } from './finding.ts';

/** A receipt is published right after it is written. */
const PATIENCE_MS = MINUTE_MS;

const KEPT =
  'The receipt of a dry run was written and not published: the results topic or the bus does not take it. Receipts wait in the ledger until both do. Look for "aws did not answer" in the log of revoke';

/**
 * Whether the results topic and the bus take receipts, by the last of the plans: each plan has a receipt, and the ledger says when both have
 * taken it. No message is sent only for this, and none to people.
 *
 * @returns undefined where nothing was planned
 * @throws Failure where the user breaks off; Unavailable if the ledger does not answer
 */
export const receiptsFinding = async (
  context: Context,
  { ledger }: Deployed,
  keys: readonly Pick<PlannedKey, 'plan'>[],
): Promise<Diagnosis | undefined> => {
  const last = keys.flatMap(({ plan }) => plan ?? []).at(-1);
  if (last === undefined) return undefined;
  const until = after(context.clock.now(), PATIENCE_MS);
  for (let polls = 0; ; polls += 1) {
    const item = await ledger.read<RequestItem>(requestKey(last.requestId, true));
    if (item?.published) return { verdict: 'well', says: [] };
    const now = context.clock.now();
    if (now >= until) return { verdict: 'wrong', says: [KEPT] };
    context.terminal.show('Waiting until the receipt of a dry run is published');
    await pause(context, nextPoll(now, polls));
  }
};
