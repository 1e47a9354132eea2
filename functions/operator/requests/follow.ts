import { toIso } from '../../core/epoch.ts';
import { hasToHold } from '../../core/outcome.ts';
import type { Receipt } from '../../core/receipt.ts';
import { settledReceipt } from '../../core/receipts/make-receipt.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { inWords } from '../terminal/duration.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { type Finished, isFinished } from './finished.ts';
import { nextPoll, pause } from './poll.ts';
import { caseOf, progressOf } from './request-progress.ts';
import { type SentRequest, sentItem } from './sent-item.ts';

/**
 * Follows the settle window of a request that has ended, until its finding stands.
 *
 * @returns the finding's receipt; `undefined` if the end does not have to hold, or if the ledger no longer has its window
 * @throws Failure where its time is over, or the user breaks off
 */
export const followFinding = async (
  context: Context,
  deployed: Deployed,
  item: Finished,
  { mostMs = Number.POSITIVE_INFINITY, isQuiet = false }: FollowOptions = {},
): Promise<Receipt | undefined> => {
  const { clock, terminal } = context;
  const { ended, receipt, requestId } = item;
  if (ended === undefined || item.planOnly || !hasToHold(ended.outcome)) return undefined;
  const from = clock.now();
  for (let polls = 0; ; polls += 1) {
    const { settling } = (await caseOf(deployed, item)) ?? {};
    if (settling === undefined) return undefined;
    const { finding, nextAt } = settling;
    if (finding && finding.at >= ended.at) return settledReceipt(receipt, settling, finding);
    const now = clock.now();
    if (!isQuiet)
      terminal.show(`${inWords(now - from)}, gone, next reading at ${toIso(nextAt)}: waiting for ${requestId}`);
    if (now - from >= mostMs)
      throw new Failure(
        EXIT.failed,
        `Cannot wait longer for ${requestId}: the key is gone, and its finding follows by itself`,
      );
    await pause(context, nextPoll(now, polls));
  }
};

/** A request to be waited for. */
export interface Followed extends SentRequest {
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
  const { requestId } = followed;
  const from = clock.now();
  for (let polls = 0; ; polls += 1) {
    const item = await sentItem(deployed, followed);
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
