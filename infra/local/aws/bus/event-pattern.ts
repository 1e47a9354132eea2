import { AwsError } from '../protocol/aws-error.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type EventPattern = { readonly [field: string]: EventPattern | readonly Json[] };

/** The comparisons in objects that are known here, of those on the page "Comparison operators" of the user guide. */
const COMPARISONS: Readonly<Record<string, (value: unknown, wanted: Json) => boolean>> = {
  prefix: (value, wanted) => typeof value === 'string' && value.startsWith(String(wanted)),
  suffix: (value, wanted) => typeof value === 'string' && value.endsWith(String(wanted)),
  exists: (value, wanted) => (value !== undefined) === wanted,
  'anything-but': (value, wanted) => value !== undefined && ![wanted].flat().some((each) => each === value),
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const meets = (value: unknown, matcher: Json): boolean => {
  if (!isObject(matcher)) return value === matcher;
  return Object.entries(matcher).every(([name, wanted]) => COMPARISONS[name]?.(value, wanted as Json) ?? false);
};

/** A field that holds a list matches where any of its elements does. */
const fieldMeets = (value: unknown, matchers: readonly Json[]): boolean => {
  const candidates: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
  return candidates.some((candidate) => matchers.some((matcher) => meets(candidate, matcher)));
};

/** Whether every field that the pattern names matches; fields that it does not name are not looked at. */
export const matches = (pattern: EventPattern, event: unknown): boolean =>
  Object.entries(pattern).every(([field, wanted]) => {
    const value = isObject(event) ? event[field] : undefined;
    return Array.isArray(wanted) ? fieldMeets(value, wanted) : matches(wanted as EventPattern, value);
  });

const check = (pattern: unknown, path: string): void => {
  if (Array.isArray(pattern)) {
    const unknown = pattern
      .filter(isObject)
      .flatMap(Object.keys)
      .find((name) => COMPARISONS[name] === undefined);
    if (unknown === undefined) return;
    const wanted = `wanted one of ${Object.keys(COMPARISONS).join(', ')}`;
    throw new AwsError('InvalidEventPatternException', `Cannot compare "${path}" by "${unknown}" locally, ${wanted}`);
  }
  if (!isObject(pattern)) throw new AwsError('InvalidEventPatternException', `"${path}" must be an object or an array`);
  for (const [field, wanted] of Object.entries(pattern)) check(wanted, path === '' ? field : `${path}.${field}`);
};

/** @throws {AwsError} `InvalidEventPatternException`, also for a comparison that is not emulated */
export const parsePattern = (text: string): EventPattern => {
  const pattern: unknown = JSON.parse(text);
  check(pattern, '');
  return pattern as EventPattern;
};
