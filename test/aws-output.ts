type Json = Readonly<Record<string, unknown>>;

/** `Messages[0].Body`; whatever is not there is `null`. */
const at = (value: unknown, path: string): unknown =>
  path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .reduce((found: unknown, name) => (found as Json | null | undefined)?.[name] ?? null, value);

/** The part of JMESPath that the pages use: a path, and a list of paths behind it: `Messages[0].[ReceiptHandle, Body]`. */
const selected = (value: unknown, query: string): unknown => {
  const [, path = '', list] = /^(.*?)(?:\.\[([^\]]*)\])?$/.exec(query) ?? [];
  const found = at(value, path);
  return list === undefined ? found : list.split(',').map((each) => at(found, each.trim()));
};

const asText = (value: unknown): string => (value === null ? 'None' : String(value));

/** What the command line prints of a reply: JSON, or with `--output text` its values with tabs between them. */
export const awsOutput = (reply: unknown, options: { readonly query?: string; readonly output?: string }): string => {
  const value = options.query === undefined ? reply : selected(reply, options.query);
  if (options.output !== 'text') return `${JSON.stringify(value, null, 2)}\n`;
  return `${[value].flat().map(asText).join('\t')}\n`;
};
