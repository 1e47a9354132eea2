import type { Providers } from '../core/provider.ts';
import { requestForm } from '../core/request/revocation-request.ts';
import { withoutSecrets } from '../core/request/secret-scan.ts';
import { EXIT, Failure } from './terminal/failure.ts';
import { optionOf } from './terminal/option-name.ts';

/** Options whose values are identifiers, which are long and unbroken without being secret, by the field of a request that they are. Other options have the name of their field. */
const FIELDS: Readonly<Record<string, string>> = {
  prefix: 'secretId',
  profile: 'secretId',
  context: 'secretId',
  secret: 'secretId',
  'secret-version': 'secretVersion',
  target: 'requestId',
  'target-version': 'secretVersion',
  'name-prefix': 'secretId',
  'request-id': 'requestId',
  reference: 'reference',
  key: 'requestId',
  out: 'secretId',
  'requested-by': 'requestedBy',
  by: 'requestedBy',
};

/** Options without a value. */
const FLAGS = [
  ...['json', 'quiet', 'debug', 'help', 'version'],
  ...['leaked', 'wait', 'yes', 'all', 'unknown', 'contain', 'read-only'],
];

/** Words that belong to no option name a command, an operation, a request or a key. */
const WORD = 'requestId';

/** Each word with what it would be called in a request. */
const named = (
  locators: readonly string[],
  words: readonly string[],
): readonly (readonly [field: string, text: string, shown: string])[] => {
  const fieldFor = (option: string): string =>
    FIELDS[option] ?? locators.find((field) => optionOf(field) === option) ?? '';
  return words.map((word, index) => {
    const [, option, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (option !== undefined) return [fieldFor(option), value ?? '', `--${option}`];
    const before = /^--([a-z-]+)$/.exec(words[index - 1] ?? '')?.[1];
    return before === undefined || FLAGS.includes(before)
      ? [WORD, word, 'an argument']
      : [fieldFor(before), word, `--${before}`];
  });
};

/**
 * Refuses a command line with a secret in it: it would be in the shell's history, in the list of processes and on a queue.
 *
 * @throws Failure `usage`, naming the option and never its value
 */
export const refuseSecrets = (providers: Providers, words: readonly string[]): void => {
  const form = requestForm(providers);
  const locators = Object.values(providers).flatMap((provider) => Object.keys(provider.locators));
  const leaking = named(locators, words).find(
    ([field, text]) => withoutSecrets(form, { [field]: text }).fields.length > 0,
  );
  if (leaking === undefined) return;
  const wanted = 'treat that value as leaked, and give the name of the secret that contains it';
  throw new Failure(EXIT.usage, `Cannot accept a command line with a secret in it (${leaking[2]}): ${wanted}`);
};
