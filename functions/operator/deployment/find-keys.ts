import type { Providers } from '../../core/provider.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { shellWord } from '../terminal/shell-word.ts';
import type { Deployed } from './connect.ts';
import type { Context } from './context.ts';
import { holderOf } from './credential-text.ts';
import { isKey } from './key-name.ts';
import { type FoundKeys, keysUnder, type StoredKey } from './keys.ts';
import { markedNote, replicasNote } from './unopened.ts';

/** Stands for the standard input. */
export const FROM_INPUT = '-';

const isNamed = ({ secret, name }: StoredKey, wanted: string): boolean =>
  secret.name === wanted || secret.arn === wanted || isKey(name, wanted);

const consoles = (providers: Providers): string =>
  Object.values(providers)
    .map(({ title, docs }) => `${title} (${docs})`)
    .join(', ');

/** What stands in the way of an answer: secrets that AWS denies to this caller, or that nobody opens. */
const unreadNotes = ({ keys, unopened }: FoundKeys): readonly string[] => {
  const closed = keys.filter(({ versionId }) => versionId === '');
  const [first] = closed;
  const denied = first && `${closed.length} of ${keys.length} secrets did not open, and may hold it: ${first.problem}`;
  return [...(denied === undefined ? [] : [denied]), ...replicasNote(unopened), ...markedNote(unopened)];
};

const nothingFound = ({ providers }: Context, { card }: Deployed, all: FoundKeys, wanted: string): Failure => {
  const isInput = wanted === FROM_INPUT;
  const notes = unreadNotes(all);
  const [what, where] = [isInput ? 'that credential' : wanted, `in a secret under ${card.prefix}`];
  const inLedger = isInput ? [] : [`key-revoker status ${shellWord(wanted)} shows what the ledger holds of a key`];
  const byHand = [
    'If another key of its account may delete it and is stored, send key-revoker request with --secret for that key and --target for this one',
    `Or delete the key by hand, in the web console of its provider: ${consoles(providers)}`,
  ];
  // A secret that did not open is no answer: the user would store a key that is stored.
  const [exit, said] =
    notes.length === 0
      ? [EXIT.notFound, [`Cannot find ${what} ${where}`, 'Store its credential there, and run this again']]
      : [
          EXIT.failed,
          [`Cannot tell whether ${what} is ${where}`, ...notes, ...inLedger, 'If none of these holds it, store it'],
        ];
  return new Failure(exit, [...said, ...byHand].join('. '));
};

/**
 * Finds the secrets whose key is meant by a word: an identifier, its short form, or a secret's name or ARN. `-` reads the credential itself
 * from the standard input; it is compared in memory, and neither kept nor shown.
 *
 * @throws Failure `not found`, with what to do next; `failed` if a secret that did not open may hold the key
 */
export const findKeys = async (context: Context, deployed: Deployed, wanted: string): Promise<readonly StoredKey[]> => {
  const { terminal } = context;
  const isInput = wanted === FROM_INPUT;
  const holds = isInput ? holderOf(deployed, await terminal.input()) : undefined;
  if (isInput && holds === undefined)
    throw new Failure(EXIT.usage, 'Cannot find a credential on the standard input: give it as stored, or by itself');
  const all = await keysUnder(context, deployed, () => true, holds);
  terminal.show();
  const found = all.keys.filter((key) => (isInput ? key.isSought : isNamed(key, wanted)));
  if (found.length > 0) return found;
  throw nothingFound(context, deployed, all, wanted);
};
