/** SQS and SNS refuse these two characters, which JSON may hold as they are. */
export const sendableJson = (json: string): string =>
  json.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);

/** All that SQS and SNS take in a text; anything else would be refused on every delivery. */
const NOT_SENDABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** A text with `?` for each character that SQS and SNS refuse. */
export const onlySendable = (text: string): string => text.replace(NOT_SENDABLE, '?');

/** Message attributes; an empty one is refused, so that it is not sent. */
export const attributesOf = (attributes: Readonly<Record<string, string | null>>) =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === null || value === '' ? [] : [[name, { DataType: 'String', StringValue: onlySendable(value) }]],
    ),
  );
