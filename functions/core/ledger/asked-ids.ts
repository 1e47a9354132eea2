import type { ItemKey, Ports, Versioned } from '../ports.ts';
import type { RequestItem } from './request-item.ts';
import { updateItem } from './update-item.ts';

/** Under which ids messages were kept whose sender had given another one. */
export interface AskedItem extends Versioned {
  /** The latest ones, oldest first. */
  readonly messageIds: readonly string[];
  /** How many earlier ones are no longer named. */
  readonly dropped: number;
}

/** So many messages are named for one id. */
const MOST_NAMED = 10;

/** @param askedId as the sender gave it, or its digest if it looks like a secret */
export const askedKey = (askedId: string): ItemKey => ({ pk: `asked#${askedId}`, sk: 'asked' });

/** Lets the sender of a message find its end by the id that it gave. To do it twice changes nothing. */
export const noteAsked = async (
  ports: Ports,
  askedId: string,
  { requestId }: Pick<RequestItem, 'requestId'>,
): Promise<void> => {
  if (askedId === requestId) return;
  await updateItem<AskedItem>(ports, askedKey(askedId), (current) => {
    const { messageIds, dropped }: Pick<AskedItem, 'messageIds' | 'dropped'> = current ?? {
      messageIds: [],
      dropped: 0,
    };
    if (messageIds.includes(requestId)) return undefined;
    const isFull = messageIds.length === MOST_NAMED;
    return { messageIds: [...messageIds, requestId].slice(-MOST_NAMED), dropped: dropped + (isFull ? 1 : 0) };
  });
};
