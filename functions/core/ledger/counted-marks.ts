import type { Delivery, MessageMark } from '../delivery.ts';
import type { EpochMs } from '../epoch.ts';
import type { Ports } from '../ports.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { requestKey } from './keys.ts';
import { announcedAttempt } from './operator-items.ts';
import type { RequestItem } from './request-item.ts';
import { isSameRequest } from './same-request.ts';

/** The attempt as which a message counts, by what the ledger knows of its request. `undefined`: the message's attempt counts for nothing. */
export type AttemptFor = (known: RequestItem | undefined) => number | undefined;

/** Its end said that the key is gone or restricted, and it is not. */
export const isWithdrawn = ({ withdrawnAt }: RequestItem): boolean => withdrawnAt !== undefined;

/** The attempt of a message that names none. A request that is sent again after its word was withdrawn gets its next one. */
const unmarked = (known: RequestItem | undefined, sentAt: EpochMs): number => {
  const { attempt = 0, withdrawnAt } = known ?? {};
  return withdrawnAt !== undefined && sentAt > withdrawnAt ? attempt + 1 : Math.max(1, attempt);
};

/** The highest attempt that the ledger knows a reason for. */
const highest = (known: RequestItem | undefined, announced: number): number => {
  if (known === undefined) return announced;
  // The attempt could not be read. The message says it once more.
  if (known.attempt === 0) return Number.POSITIVE_INFINITY;
  const isNextDue = isWithdrawn(known) || known.ended?.outcome === 'withdrawn';
  return Math.max(announced, known.attempt + (isNextDue ? 1 : 0));
};

/** By the attributes of release 0.1.0, which announced nothing: only the next attempt of a request that has ended may be its redrive. */
const byFormerMark = (
  { attempt }: MessageMark,
  known: RequestItem | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined => {
  if (known === undefined || attempt === undefined) return least;
  if (attempt !== 'unreadable' && attempt <= most) return Math.max(least, attempt);
  // The request is at work, or its next attempt is due: the message has nothing to say about that.
  if (known.ended === undefined || least > known.attempt) return least;
  return attempt === known.attempt + 1 ? attempt : undefined;
};

/** @returns how the attempt of a delivery counts for the request with this id */
export const attemptsOf = async (
  { ledger }: Pick<Ports, 'ledger'>,
  { mark = {}, formerMark = {}, sentAt }: Delivery,
  requestId: string,
): Promise<AttemptFor> => {
  const { attempt } = mark;
  // Most copies carry the first attempt, which nobody has to announce: they cost no read before the call.
  const isHigher = typeof attempt === 'number' && attempt > 1;
  const announced = isHigher ? await announcedAttempt({ ledger }, requestId) : 0;
  return (known) => {
    const least = unmarked(known, sentAt);
    const most = Math.max(least, highest(known, announced));
    if (attempt === undefined) return byFormerMark(formerMark, known, { least, most });
    return attempt === 'unreadable' || attempt > most ? undefined : Math.max(least, attempt);
  };
};

/** Whether a delivery asks for a later attempt than that of an item which has ended. */
export const asksForNext = async (
  ports: Pick<Ports, 'ledger'>,
  delivery: Delivery,
  item: RequestItem,
): Promise<boolean> => {
  const attemptFor = await attemptsOf(ports, delivery, item.requestId);
  return (attemptFor(item) ?? 0) > item.attempt;
};

/**
 * The id in the attributes of release 0.1.0, if the ledger knows that very request under it. Copies of 0.1.0 carry both attributes; a trace
 * id of a sender comes without an attempt, and names no request.
 */
export const formerIdOf = async (
  ports: Ports,
  { formerMark = {}, messageId }: Delivery,
  request: RevocationRequest,
  planOnly: boolean,
): Promise<string | undefined> => {
  const { requestId, attempt } = formerMark;
  if (requestId === undefined || attempt === undefined) return undefined;
  // An earlier delivery has claimed the message under its own id.
  if ((await ports.ledger.read(requestKey(messageId, planOnly))) !== undefined) return undefined;
  const known = await ports.ledger.read<RequestItem>(requestKey(requestId, planOnly));
  return known !== undefined && isSameRequest(ports, known, request) ? requestId : undefined;
};

/** Why an attempt counts for nothing, as one sentence. */
export const uncounted = ({ mark = {}, formerMark = {} }: Delivery, requestId: string): string => {
  const { attempt = formerMark.attempt } = mark;
  return attempt === 'unreadable'
    ? `Cannot read the attempt in the attributes of a message for ${requestId}: it must be a whole number from 1`
    : `Cannot count attempt ${attempt} of ${requestId}: no operator has announced it. Redrive with the command line, which announces the attempt`;
};
