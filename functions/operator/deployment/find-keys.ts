import type { Providers } from '../../core/provider.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import type { Deployed } from './connect.ts';
import type { Context } from './context.ts';
import { holderOf } from './credential-text.ts';
import { isKey } from './key-name.ts';
import { keysUnder, type StoredKey } from './keys.ts';

/** Stands for the standard input. */
export const FROM_INPUT = '-';

const isNamed = ({ secret, name }: StoredKey, wanted: string): boolean =>
  secret.name === wanted || secret.arn === wanted || isKey(name, wanted);

const consoles = (providers: Providers): string =>
  Object.values(providers)
    .map(({ title, docs }) => `${title} (${docs})`)
    .join(', ');

/**
 * Finds the secrets whose key is meant by a word: an identifier, its short form, or a secret's name or ARN. `-` reads the credential itself
 * from the standard input; it is compared in memory, and neither kept nor shown.
 *
 * @throws Failure `not found`, with what to do next
 */
export const findKeys = async (context: Context, deployed: Deployed, wanted: string): Promise<readonly StoredKey[]> => {
  const { terminal, providers } = context;
  const isInput = wanted === FROM_INPUT;
  const holds = isInput ? holderOf(deployed, await terminal.input()) : undefined;
  if (isInput && holds === undefined)
    throw new Failure(EXIT.usage, 'Cannot find a credential on the standard input: give it as stored, or by itself');
  const { keys } = await keysUnder(context, deployed, () => true, holds);
  terminal.show();
  const found = keys.filter((key) => (isInput ? key.isSought : isNamed(key, wanted)));
  if (found.length > 0) return found;
  throw new Failure(
    EXIT.notFound,
    [
      `Cannot find ${isInput ? 'that credential' : wanted} in a secret under ${deployed.card.prefix}`,
      'Store its credential there, and run this again',
      'If another key of its account may delete it and is stored, send key-revoker request with --secret for that key and --target for this one',
      `Or delete the key by hand, in the web console of its provider: ${consoles(providers)}`,
    ].join('. '),
  );
};
