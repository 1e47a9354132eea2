import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/**
 * What a value must be, for `safeParse`. A schema's own message comes first, and the library's own English is never said. No message quotes
 * the value.
 */
export const wanted = (issue: z.core.$ZodRawIssue): string => {
  const found = issue.input === undefined ? '; it is missing' : '';
  if (issue.code === 'invalid_type') return `it must be ${KINDS[issue.expected] ?? issue.expected}${found}`;
  if (issue.code === 'invalid_value')
    return `it must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}${found}`;
  if (issue.code === 'too_small') return `it must have at least ${issue.minimum} character`;
  if (issue.code === 'too_big') return `it must have at most ${issue.maximum} characters`;
  return 'it must have a form that is documented';
};

/** An issue about the inside of an object, and not about its kind. */
const isInside = (issue: Issue): boolean => issue.path.length > 0 || issue.code === 'unrecognized_keys';

/** The first issue of the union's member that the sender most likely meant: the member with the fewest issues. */
const deepest = (issue: Issue): Issue => {
  if (issue.code !== 'invalid_union') return issue;
  const members = issue.errors.filter((issues) => issues.some(isInside));
  const [meant] = members.sort((a, b) => a.length - b.length);
  const inner = meant?.find(({ code }) => code === 'unrecognized_keys') ?? meant?.[0];
  return inner === undefined ? issue : deepest({ ...inner, path: [...issue.path, ...inner.path] });
};

/** How many letters must be inserted, removed or replaced to turn one text into the other (Levenshtein). */
const distance = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const row = [index + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      row.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (row[column] ?? 0) + 1));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
};

/** The known name that is nearest to a mistyped one; `undefined` if none is within half its length. */
export const nearest = (typed: string, known: readonly string[]): string | undefined => {
  const ranked = known.map((name) => ({ name, far: distance(typed.toLowerCase(), name.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.far - b.far)[0];
  return best !== undefined && best.far <= best.name.length / 2 ? best.name : undefined;
};

/** A text with more faults than this has another form altogether: the others are only counted. */
const MOST_SENTENCES = 5;

const onField = (path: string, typed: string, known: readonly string[]): string => {
  const shown = `"${[...typed].slice(0, 64).join('')}"`; // quoted, since it is the sender’s and may be anything
  if (known.includes(typed)) return `Cannot use the field ${shown} in ${path || 'this request'}`;
  const meant = nearest(typed, known);
  return `Cannot use the unknown field ${shown}${meant ? `; the nearest known field is ${meant}` : ''}`;
};

/**
 * The sentences for all that is wrong: each field and what it must be. Unknown fields come first, with the nearest known field: a field that is
 * spelled wrong explains one that is missing.
 */
export const objection = ({ issues }: z.ZodError, known: readonly string[]): string => {
  const all = issues.map((issue) => deepest(issue));
  const unknown = all.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => onField(issue.path.join('.'), String(key), known))
      : [],
  );
  const others = all.flatMap(({ code, path, message }) =>
    code === 'unrecognized_keys' ? [] : [`Cannot read ${path.join('.')}: ${message}`],
  );
  const sentences = [...unknown, ...others];
  const more = sentences.length - MOST_SENTENCES;
  return [...sentences.slice(0, MOST_SENTENCES), ...(more > 0 ? [`There are ${more} more faults`] : [])].join('. ');
};
