import { after } from '../../core/epoch.ts';
import { laneOf } from '../../core/lane.ts';
import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { type Finished, isFinished } from './finished.ts';
import { nextPoll, pause } from './poll.ts';
import { sendMany } from './requests-queue.ts';

/**
 * Has many requests planned, and waits for the plans.
 *
 * @param onPlan receives the number of plans so far
 * @returns one for each request, in their order; `undefined` for those that did not come in time
 * @throws Failure where AWS does not take them, or the user breaks off
 */
export const plansOf = async (
  context: Context,
  deployed: Deployed,
  requests: readonly RevocationRequest[],
  { mostMs, onPlan = () => undefined }: { readonly mostMs: number; readonly onPlan?: (count: number) => void },
): Promise<readonly (Finished | undefined)[]> => {
  const { clock } = context;
  const orders = requests.map((request) => {
    const requestId = deployed.newId();
    return {
      requestId,
      attempt: 1,
      lane: laneOf(request),
      body: JSON.stringify({ ...request, requestId, dryRun: true }),
    };
  });
  await sendMany(deployed, orders);
  const until = after(clock.now(), mostMs);
  const found = new Map<string, Finished>();
  for (let polls = 0; ; polls += 1) {
    await someAtOnce(
      orders.filter(({ requestId }) => !found.has(requestId)),
      async ({ requestId }) => {
        const item = await deployed.ledger.read<RequestItem>(requestKey(requestId, true));
        if (isFinished(item, { attempt: 1 })) found.set(requestId, item);
      },
    );
    onPlan(found.size);
    const now = clock.now();
    if (found.size === orders.length || now >= until) return orders.map(({ requestId }) => found.get(requestId));
    await pause(context, nextPoll(now, polls));
  }
};
