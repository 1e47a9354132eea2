/** Whether a value of JSON is an object: neither a list nor `null`. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** V8 quotes short input in its errors, so no error leaves this function. */
const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const BYTE_ORDER_MARK = /^\uFEFF/;

/** Names that JavaScript gives a meaning of its own. No order and no credential has such a field. */
const MEANINGFUL: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Texts, and the marks that tell which of them are names. Only for a text that is known to be JSON. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}:]/g;

/**
 * What is wrong with the names in a JSON text: one stands twice in one object, and each reader takes another of the two, or one is refused.
 *
 * @param refused names that may stand nowhere
 */
const problemOfNames = (json: string, refused?: readonly string[]): string | undefined => {
  const open: Set<string>[] = [];
  let last = '';
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token === ':') {
      const name: string = JSON.parse(last);
      const names = open.at(-1) as Set<string>; // a colon stands only in an object
      if (refused?.includes(name)) return `the name ${name} is not allowed`;
      if (names.has(name)) return 'a name stands twice in it';
      names.add(name);
    }
    last = token;
  }
  return undefined;
};

/** Reads a text as JSON, after a byte order mark if there is one. `undefined`: the text is no JSON, or a name stands twice in an object. */
export const jsonOrUndefined = (text: string): unknown => {
  const json = text.replace(BYTE_ORDER_MARK, '');
  const read = parsed(json);
  return read && problemOfNames(json) === undefined ? read.value : undefined;
};

const isObjectText = (text: unknown): boolean => typeof text === 'string' && isObject(parsed(text)?.value);

/** Why a JSON text is no object. */
const ofValue = (value: unknown): string => {
  if (Array.isArray(value))
    return value.length === 1 ? 'it is a list of one: give what is in the list' : 'it is a list';
  if (isObjectText(value)) return 'it is JSON inside a JSON text: give the inner text';
  return value === null ? 'it is null' : `it is a ${typeof value === 'string' ? 'text' : typeof value}`;
};

/** A text with `null` in place of words that stand where a value does. */
const withNull = (text: string, words: readonly string[]): string =>
  text.replace(new RegExp(`([:[,]\\s*)(?:${words.join('|')})\\b`, 'g'), '$1null');

/** Why a text is no JSON. The first that fits. */
const CAUSES: readonly (readonly [isIt: (text: string) => boolean, says: string])[] = [
  [(text) => text.trim() === '', 'it is empty'],
  [(text) => /-----BEGIN /.test(text.slice(0, 64)), 'it is a bare PEM'],
  [(text) => /^\s*[{[]\s*'/.test(text), 'single quotes must be double quotes'],
  [(text) => /^\s*[{[]\s*[\u201C\u201D\u201E]/.test(text), 'typographic quotes must be plain double quotes'],
  [(text) => /^\s*\{\s*[A-Za-z_]\w*\s*:/.test(text), 'names must stand in double quotes'],
  [
    // Behind comments, or behind the name of a section.
    (text) => /^\s*(?:(?:[#;].*|\[[\w.-]+\])\n\s*)*(?:export\s+)?[A-Za-z_][\w.-]*\s*=/.test(text),
    'it is a list of name=value',
  ],
  [(text) => /^\s*(?:---\s+)?[A-Za-z_][\w.-]*\s*:\s/.test(text), 'it looks like YAML'],
  [(text) => parsed(text.replace(/,(\s*[}\]])/g, '$1')) !== undefined, 'a comma stands before a closing bracket'],
  [
    (text) => parsed(text.replace(/[\n\r\t]/g, ' ')) !== undefined,
    'a text in it has a line break: write \\n in its place',
  ],
  [(text) => parsed(withNull(text, ['NaN', '-?Infinity', 'undefined'])) !== undefined, 'NaN is not a value of JSON'],
  [
    (text) => parsed(withNull(text, ['True', 'False', 'None'])) !== undefined,
    'True, False and None must be true, false and null',
  ],
  [(text) => /^\s*(?:\/\/|\/\*)|^\s*[{[]\s*(?:\/\/|\/\*)/.test(text), 'it has a comment'],
  [(text) => parsed(`${text.trimEnd()}}`) !== undefined, 'its last closing bracket is missing'],
  [(text) => isObjectText(text.slice(0, 1 + text.search(/\}\s*[^\s,}\]]/))), 'something stands after the object'],
];

/** What a text holds. */
export interface ReadJson {
  /** `undefined` if the text is no JSON. */
  readonly value: unknown;
  /** Why nothing may be done that the value says: a phrase that quotes nothing but names that are always refused. */
  readonly problem: string | undefined;
}

const noObject = (cause: string | undefined): string =>
  `it must be a JSON object${cause === undefined ? '' : `; ${cause}`}`;

/** Reads a text as JSON, and says what is wrong with the text as such. What a list or a text in it is good for, the caller says. */
export const readJson = (text: string): ReadJson => {
  const json = text.replace(BYTE_ORDER_MARK, '');
  const read = parsed(json);
  if (read === undefined) return { value: undefined, problem: noObject(CAUSES.find(([isIt]) => isIt(json))?.[1]) };
  const names = problemOfNames(json, MEANINGFUL);
  return { value: read.value, problem: names && noObject(names) };
};

/** Why this value of JSON is no object; `undefined` for an object. */
export const whyNoObject = (value: unknown): string | undefined =>
  isObject(value) ? undefined : noObject(ofValue(value));

/**
 * Reads a text that must be one JSON object, strictly.
 *
 * @returns the object; otherwise a phrase that says what the text must be and why it is not. The phrase quotes nothing but names that are
 *   always refused
 */
export const readObject = (
  text: string,
): { readonly object: Readonly<Record<string, unknown>> } | { readonly problem: string } => {
  const { value, problem } = readJson(text);
  if (value === undefined && problem !== undefined) return { problem };
  if (!isObject(value)) return { problem: noObject(ofValue(value)) };
  return problem === undefined ? { object: value } : { problem };
};
