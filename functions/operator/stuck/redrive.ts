import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import type { Deployed } from '../deployment/connect.ts';
import { sendOne } from '../requests/requests-queue.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import type { Stuck } from './stuck-copy.ts';
import { giveBack, remove } from './stuck-handles.ts';

/** What was sent again. */
export interface Redriven {
  readonly requestId: string;
  readonly attempt: number;
  /** As the ledger keeps it apart. */
  readonly planOnly: boolean;
  /** The message. If it is refused for its id or its form, its end stands under this id. */
  readonly messageId: string | undefined;
}

const sendAgain = async (deployed: Deployed, stuck: Stuck): Promise<Redriven> => {
  const { requestId, body, request } = stuck;
  if (request === undefined)
    throw new Failure(EXIT.failed, `Cannot redrive ${requestId}: the message was not a valid request`);
  const planOnly = request.dryRun || deployed.card.mode === 'observe';
  const known = await deployed.ledger.read<RequestItem>(requestKey(requestId, planOnly));
  const attempt = Math.max(stuck.attempt, known?.attempt ?? 0) + 1;
  const messageId = await sendOne(deployed, { requestId, attempt, body });
  await remove(deployed, stuck);
  return { requestId, attempt, planOnly, messageId };
};

/**
 * Sends a stuck request again as its next attempt, then deletes its copies: a crash in between leaves both, and the next redrive is
 * an attempt more. Where that fails its copies are given back, so that nobody has to wait for them.
 *
 * @throws Failure where it is none that can be sent, or AWS did not take it
 */
export const redrive = async (deployed: Deployed, stuck: Stuck): Promise<Redriven> => {
  try {
    return await sendAgain(deployed, stuck);
  } catch (error) {
    await giveBack(deployed, [stuck]);
    throw error;
  }
};
