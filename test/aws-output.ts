type Json = Readonly<Record<string, unknown>>;

/** `Messages[0].Body`; whatever is not there is `null`. */
const at = (value: unknown, path: string): unknown =>
  path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .reduce((found: unknown, name) => (found as Json | null | undefined)?.[name] ?? null, value);

/**
 * The part of JMESPath that the pages use: a path, and a list of paths behind it: `Messages[0].[ReceiptHandle, Body]`, or for each of a
 * list: `Messages[].[MessageId, Body]`.
 */
const selected = (value: unknown, query: string): unknown => {
  const [, path = '', each, list] = /^(.*?)(\[\])?(?:\.\[([^\]]*)\])?$/.exec(query) ?? [];
  const found = at(value, path);
  const listed = (one: unknown): unknown => list?.split(',').map((name) => at(one, name.trim())) ?? one;
  return each === undefined ? listed(found) : [found ?? []].flat().map(listed);
};

const asText = (value: unknown): string => (value === null ? 'None' : String(value));

/** What the command line prints of a reply: JSON, or with `--output text` its values with tabs between them. */
export const awsOutput = (reply: unknown, options: { readonly query?: string; readonly output?: string }): string => {
  const value = options.query === undefined ? reply : selected(reply, options.query);
  if (options.output !== 'text') return `${JSON.stringify(value, null, 2)}\n`;
  const rows = Array.isArray(value) && Array.isArray(value[0]) ? value : [[value].flat()];
  return rows.map((row) => `${row.map(asText).join('\t')}\n`).join('');
};
