import { AwsError } from '../protocol/aws-error.ts';
import type { StoredSecret } from './stored-secret.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MOST_TAGS = 50;

/** What AWS asks of one tag (Secrets Manager user guide, "Tagging"): each sentence with the tags that break it. */
const RULES: readonly (readonly [string, (tag: Tag) => boolean])[] = [
  ['a key of 1 to 128 characters', ({ Key }) => Key.length < 1 || Key.length > 128],
  ['a value of at most 256 characters', ({ Value }) => Value.length > 256],
  ['letters, digits, spaces and _.:/=+-@ only', ({ Key, Value }) => !ALLOWED.test(Key) || !ALLOWED.test(Value)],
  ['a key that does not start with aws:', ({ Key }) => Key.toLowerCase().startsWith('aws:')],
];

/** @throws {AwsError} `InvalidParameterException` for a tag, or a number of tags, that AWS refuses */
export const withTags = (tags: StoredSecret['tags'], added: readonly Tag[]): StoredSecret['tags'] => {
  for (const tag of added) {
    const broken = RULES.find(([, isBroken]) => isBroken(tag))?.[0];
    if (broken === undefined) continue;
    throw new AwsError('InvalidParameterException', `Cannot set tag "${tag.Key}" to "${tag.Value}", wanted ${broken}`);
  }
  const all = new Map([...tags, ...added.map(({ Key, Value }) => [Key, Value] as const)]);
  if (all.size <= MOST_TAGS) return all;
  throw new AwsError('InvalidParameterException', `Cannot set ${all.size} tags, wanted at most ${MOST_TAGS}`);
};

export const withoutTags = (tags: StoredSecret['tags'], keys: readonly string[]): StoredSecret['tags'] =>
  new Map([...tags].filter(([key]) => !keys.includes(key)));
