import { execFileSync } from 'node:child_process';

/** One line of a shell block that calls the AWS command line, as its operation and the input for it. */
export interface AwsCommand {
  readonly service: string;
  /** `SendMessage` */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Surroundings {
  /** Shell variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** The text behind `file://`. */
  readonly file: (path: string) => string;
}

/** The words of a line, as a shell splits and expands them. An unset variable is an error. */
const wordsOf = (line: string, variables: Readonly<Record<string, string>>): readonly string[] => {
  const script = `set -eu; aws() { printf '%s\\0' "$@"; }; ${line}`;
  const said = execFileSync('sh', ['-c', script], {
    env: variables,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return said.split('\0').slice(0, -1);
};

const pascal = (kebab: string): string =>
  kebab
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Parameters that the command line names unlike the API. */
const RENAMED: Readonly<Record<string, string>> = { NotificationEndpoint: 'Endpoint' };
const LISTS = new Set(['Tags', 'TagKeys', 'Entries', 'MessageAttributeNames']);
/** Texts that may look like JSON without being meant so. */
const TEXTS = new Set(['MessageBody', 'SecretString']);

/** `Key=a,Value=b` */
const shorthand = (text: string): unknown =>
  /^\w+=/.test(text) ? Object.fromEntries(text.split(',').map((pair) => pair.split(/=(.*)/s).slice(0, 2))) : text;

const given = (name: string, words: readonly string[], file: Surroundings['file']): unknown => {
  const texts = words.map((word) => (word.startsWith('file://') ? file(word.slice('file://'.length)) : word));
  const [text = ''] = texts;
  if (TEXTS.has(name)) return text;
  if (/^[[{]/.test(text)) return JSON.parse(text);
  if (LISTS.has(name)) return texts.map(shorthand);
  return /^\d+$/.test(text) ? Number(text) : text;
};

/**
 * Reads a line such as `aws sqs send-message --queue-url "$URL" --message-body file://request.json`, with a real shell for the quotes.
 *
 * @throws Error where it is no such line, or uses an unset variable
 */
export const awsCommand = (line: string, { variables, file }: Surroundings): AwsCommand => {
  const [service = '', operation = '', ...rest] = wordsOf(line, variables);
  const input: Record<string, unknown> = {};
  for (let at = 0; at < rest.length; ) {
    const flag = rest[at] ?? '';
    if (!flag.startsWith('--')) throw new Error(`Cannot read "${flag}", wanted a flag`);
    const end = rest.findIndex((word, index) => index > at && word.startsWith('--'));
    const values = rest.slice(at + 1, end < 0 ? rest.length : end);
    if (values.length === 0) throw new Error(`Cannot read ${flag}, wanted a value`);
    const name = pascal(flag.slice(2));
    input[RENAMED[name] ?? name] = given(name, values, file);
    at += 1 + values.length;
  }
  return { service, operation: pascal(operation), input };
};
