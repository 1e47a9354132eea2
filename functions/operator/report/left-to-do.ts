import { toIso } from '../../core/epoch.ts';
import { standingOf } from '../history/entry.ts';
import type { EndRecord } from '../history/record.ts';
import { shellWord } from '../terminal/shell-word.ts';
import type { Report } from './report.ts';

/** How a key is called in a report. */
export const keyNameOf = ({ item: { receipt } }: EndRecord): string =>
  [receipt.key?.id ?? 'no key', receipt.provider].filter(Boolean).join(', ');

/** What a person still has to do about one key, or one request. */
export interface ToDo {
  readonly about: string;
  readonly text: string;
  /** What to type next. */
  readonly command?: string | undefined;
}

const leftOf = (record: EndRecord): Omit<ToDo, 'about'> | undefined => {
  const { item, entry, found } = record;
  const { receipt } = item;
  const standing = standingOf(entry);
  const name = shellWord(item.requestId);
  if (standing === 'not killed')
    return { text: `Ended as ${entry.outcome}. ${receipt.message}`, command: `key-revoker stuck show ${name}` };
  if (standing === 'seen again') {
    const at = item.withdrawnAt ?? found?.at;
    const since = at === undefined ? '' : ` at ${toIso(at)}`;
    return { text: `The key was seen again${since}: treat it as alive`, command: `key-revoker status ${name}` };
  }
  if (standing === 'unconfirmed')
    return {
      text: `The end is ${entry.outcome}, and that could not be confirmed (${found?.outcome ?? ''}). Look for the key in the provider’s web console`,
    };
  if (found === undefined && receipt.proof)
    return { text: `The confirmation follows by ${receipt.proof.settle.endsAt}. Make this report again after that` };
  return undefined;
};

/** What a person still has to do. */
export const toDo = ({ records, open }: Report): readonly ToDo[] => [
  ...records.flatMap((record) => {
    const left = leftOf(record);
    return left ? [{ about: `${keyNameOf(record)}, request ${record.item.requestId}`, ...left }] : [];
  }),
  ...open.map(({ requestId, soFar, nextTry }) => ({
    about: `Request ${requestId}`,
    text: `It has not ended: ${soFar}. Next try: ${nextTry}`,
    command: `key-revoker status ${shellWord(requestId)}`,
  })),
];
