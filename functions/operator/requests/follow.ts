import { toIso } from '../../core/epoch.ts';
import { requestKey } from '../../core/ledger/keys.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { isSameRequest } from '../../core/ledger/same-request.ts';
import { hasToHold } from '../../core/outcome.ts';
import type { Receipt } from '../../core/receipt.ts';
import { settledReceipt } from '../../core/receipts/make-receipt.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { inWords } from '../terminal/duration.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { type Finished, isFinished } from './finished.ts';
import { nextPoll, pause } from './poll.ts';
import { caseOf, progressOf } from './request-progress.ts';

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

/** A request as it was sent. */
export interface SentRequest {
  readonly requestId: string;
  readonly planOnly: boolean;
  readonly request: RevocationRequest;
  /** SQS's name for the message; absent if another run has sent it. */
  readonly messageId: string | undefined;
}

/**
 * What the ledger holds of a request that was sent. It is kept under the id of its message if it was refused for its form, its id or its
 * attempt, and if another request has its id: nobody gets the answer to the request of another sender.
 */
const sentItem = async (
  deployed: Pick<Deployed, 'ledger' | 'digest' | 'providers'>,
  { requestId, planOnly, request, messageId }: SentRequest,
): Promise<RequestItem | undefined> => {
  const { ledger } = deployed;
  const [own, named] = await Promise.all([
    messageId === undefined ? undefined : ledger.read<RequestItem>(requestKey(messageId, false)),
    ledger.read<RequestItem>(requestKey(requestId, planOnly)),
  ]);
  return own ?? (named !== undefined && isSameRequest(deployed, named, request) ? named : undefined);
};

/**
 * The same for a request that this deployment carries out, or only plans if it observes.
 *
 * @param messageId none for what another run has sent: if its id was taken, it is sent again
 */
export const itemAsSent = (
  deployed: Deployed,
  { requestId, request }: Pick<SentRequest, 'requestId' | 'request'>,
  messageId?: string,
): Promise<RequestItem | undefined> =>
  sentItem(deployed, { requestId, request, planOnly: deployed.card.mode === 'observe', messageId });

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
