/** What the AWS command line was called with: the operation, the input for it, and how to print the reply. */
export interface AwsCommand {
  readonly service: string;
  /** `SendMessage` */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly query?: string;
  readonly output?: string;
}

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

const given = (name: string, words: readonly string[], file: (path: string) => string): unknown => {
  const texts = words.map((word) => (word.startsWith('file://') ? file(word.slice('file://'.length)) : word));
  const [text = ''] = texts;
  if (TEXTS.has(name)) return text;
  if (/^[[{]/.test(text)) return JSON.parse(text);
  if (LISTS.has(name)) return texts.map(shorthand);
  return /^\d+$/.test(text) ? Number(text) : text;
};

/**
 * Reads the words of a call such as `sqs send-message --queue-url … --message-body file://request.json`.
 *
 * @param file the text behind `file://`
 * @throws Error where they are no such call
 */
export const awsCommand = (words: readonly string[], file: (path: string) => string): AwsCommand => {
  const [service = '', operation = '', ...rest] = words;
  const input: Record<string, unknown> = {};
  const printing: { query?: string; output?: string } = {};
  for (let at = 0; at < rest.length; ) {
    const flag = rest[at] ?? '';
    if (!flag.startsWith('--')) throw new Error(`Cannot read "${flag}", wanted a flag`);
    const end = rest.findIndex((word, index) => index > at && word.startsWith('--'));
    const values = rest.slice(at + 1, end < 0 ? rest.length : end);
    if (values.length === 0) throw new Error(`Cannot read ${flag}, wanted a value`);
    const name = pascal(flag.slice(2));
    if (flag === '--query' || flag === '--output') printing[flag === '--query' ? 'query' : 'output'] = values[0] ?? '';
    else input[RENAMED[name] ?? name] = given(name, values, file);
    at += 1 + values.length;
  }
  return { service, operation: pascal(operation), input, ...printing };
};
