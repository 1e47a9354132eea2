import type { Chapter, Result } from '../chapters/chapter.ts';

/** How each part of a result is called in a sentence. */
const NAMES: Readonly<Record<keyof Result, string>> = {
  outcome: 'the outcome in its receipt',
  keyState: 'the state of the key in its receipt',
  calls: 'the number of calls in its receipt',
  reply: 'the reply to the call in its receipt',
  atProvider: 'the key at the provider',
  changes: 'what the provider did to the key',
  stuckCopies: 'the number of copies in the stuck queue',
};
const PARTS = Object.keys(NAMES) as (keyof Result)[];

const show = (value: string | number): string => (value === '' ? 'nothing' : String(value));

/** One sentence for each part of a result that is not as the chapter expects; none where all is. */
export const differences = (
  { provider, operation, how, expected }: Pick<Chapter, 'provider' | 'operation' | 'how' | 'expected'>,
  found: Result,
): readonly string[] =>
  PARTS.filter((part) => found[part] !== expected[part]).map(
    (part) =>
      `Cannot confirm ${provider}/${operation} (${how}): ${NAMES[part]} is ${show(found[part])}, expected ${show(expected[part])}`,
  );
