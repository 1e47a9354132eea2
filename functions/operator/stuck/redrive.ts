import { laneOf } from '../../core/lane.ts';
import { requestKey } from '../../core/ledger/keys.ts';
import { type RedriveItem, redriveKey } from '../../core/ledger/operator-items.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { updateItem } from '../../core/ledger/update-item.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { SentRequest } from '../requests/follow.ts';
import { sendOne } from '../requests/requests-queue.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import type { Stuck } from './stuck-copy.ts';
import { giveBack, remove } from './stuck-handles.ts';

/** What was sent again. */
export interface Redriven extends SentRequest {
  readonly attempt: number;
}

/** Puts the attempt into the ledger: without that it counts for nothing. */
const announce = ({ clock, ...deployed }: Deployed, requestId: string, attempt: number, by: string): Promise<unknown> =>
  updateItem<RedriveItem>(deployed, redriveKey(requestId), (current) =>
    current !== undefined && current.attempt >= attempt ? undefined : { requestId, attempt, by, at: clock.now() },
  );

const sendAgain = async (deployed: Deployed, stuck: Stuck, by: string): Promise<Redriven> => {
  const { requestId, body, request, isKnown } = stuck;
  if (request === undefined)
    throw new Failure(EXIT.failed, `Cannot redrive ${requestId}: the message was not a valid request`);
  // Without that field it would be an order to delete the key.
  if (request.look)
    throw new Failure(EXIT.failed, `Cannot redrive ${requestId}: it only looks at a key, and the sweep sends it again`);
  const planOnly = request.dryRun || deployed.card.mode === 'observe';
  if (!isKnown) {
    const own = { ...request, requestId: deployed.newId(), requestedBy: by };
    const messageId = await sendOne(deployed, {
      ...{ requestId: own.requestId, attempt: 1, lane: laneOf(own) },
      body: JSON.stringify(own),
    });
    await remove(deployed, stuck);
    return { requestId: own.requestId, attempt: 1, planOnly, request: own, messageId };
  }
  const known = await deployed.ledger.read<RequestItem>(requestKey(requestId, planOnly));
  const attempt = (known?.attempt ?? 0) + 1;
  await announce(deployed, requestId, attempt, by);
  const messageId = await sendOne(deployed, { requestId, attempt, lane: laneOf(request), body });
  await remove(deployed, stuck);
  return { requestId, attempt, planOnly, request, messageId };
};

/**
 * Sends a stuck request again as its next attempt, then deletes its copies: a crash in between leaves both, and the next redrive is
 * an attempt more. What the ledger does not know is sent as a new request of the operator's. Where that fails the copies are given back, so
 * that nobody has to wait for them.
 *
 * @param by who sends it
 * @throws Failure where it is none that can be sent, or AWS did not take it
 */
export const redrive = async (deployed: Deployed, stuck: Stuck, by: string): Promise<Redriven> => {
  try {
    return await sendAgain(deployed, stuck, by);
  } catch (error) {
    await giveBack(deployed, [stuck]);
    throw error;
  }
};
