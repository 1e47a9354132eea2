import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { inWords } from '../terminal/duration.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { type Finished, isFinished } from './finished.ts';
import { nextPoll, pause } from './poll.ts';
import { caseOf, progressOf } from './request-progress.ts';

/** A request to be waited for. */
export interface Followed {
  readonly requestId: string;
  readonly planOnly: boolean;
  /** The least attempt whose end counts. */
  readonly attempt: number;
}

export interface FollowOptions {
  /** How long it waits, in milliseconds. @default without end */
  readonly mostMs?: number | undefined;
  /** Shows nothing. @default false */
  readonly isQuiet?: boolean;
}

/**
 * Follows a request in the ledger until its receipt stands, and shows how far it has come.
 *
 * @throws Failure where its time is over, or the user breaks off
 */
export const follow = async (
  context: Context,
  deployed: Deployed,
  followed: Followed,
  { mostMs = Number.POSITIVE_INFINITY, isQuiet = false }: FollowOptions = {},
): Promise<Finished> => {
  const { clock, terminal } = context;
  const { requestId, planOnly } = followed;
  const from = clock.now();
  for (let polls = 0; ; polls += 1) {
    const item = await deployed.ledger.read<RequestItem>(requestKey(requestId, planOnly));
    if (isFinished(item, followed)) return item;
    const now = clock.now();
    const known = item && { item, found: await caseOf(deployed, item) };
    const where = known === undefined ? 'on the queue' : progressOf(known, now);
    if (!isQuiet) terminal.show(`${inWords(now - from)}, ${where}: waiting for ${requestId}`);
    if (now - from >= mostMs)
      throw new Failure(EXIT.failed, `Cannot wait longer for ${requestId}: the request continues by itself (${where})`);
    await pause(context, nextPoll(now, polls));
  }
};
