import { AwsError } from '../protocol/aws-error.ts';
import { describe } from './describe.ts';
import type { SecretStore } from './secret-store.ts';
import type { StoredSecret } from './stored-secret.ts';

export interface Filter {
  readonly Key: keyof typeof TEXTS;
  readonly Values: readonly string[];
}

/** What each filter looks at. All are prefix matches, case-sensitive but for the description (API reference, `Filter`). */
export const TEXTS = {
  name: ({ name }) => [name],
  description: ({ description = '' }) => [description.toLowerCase()],
  'tag-key': ({ tags }) => [...tags.keys()],
  'tag-value': ({ tags }) => [...tags.values()],
  'primary-region': ({ primaryRegion = '' }) => [primaryRegion],
} satisfies Record<string, (secret: StoredSecret) => readonly string[]>;

const holds = (secret: StoredSecret, key: Filter['Key'], value: string): boolean => {
  if (value.startsWith('!')) return !holds(secret, key, value.slice(1));
  const wanted = key === 'description' ? value.toLowerCase() : value;
  return TEXTS[key](secret).some((text) => text.startsWith(wanted));
};

/** Filters all have to hold; within one, any of the values. */
const passes = (secret: StoredSecret, filters: readonly Filter[]): boolean =>
  filters.every(({ Key, Values }) => Values.some((value) => holds(secret, Key, value)));

const positionIn = (token: string | undefined): number => {
  const position = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (Number.isInteger(position) && position >= 0) return position;
  throw new AwsError('InvalidNextTokenException', 'The next token is not valid.');
};

export interface Listing {
  readonly Filters?: readonly Filter[] | undefined;
  readonly IncludePlannedDeletion?: boolean | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** One page in the order of creation; its cost is that of the secrets passed over, not of those before it. */
export const listSecrets = (store: SecretStore, listing: Listing): object => {
  const { Filters = [], IncludePlannedDeletion = false, MaxResults = 100 } = listing;
  const page: StoredSecret[] = [];
  let position = positionIn(listing.NextToken);
  for (; position < store.nextPosition && page.length < MaxResults; position += 1) {
    const secret = store.listedAt(position);
    if (secret === undefined || (secret.deletedAt !== undefined && !IncludePlannedDeletion)) continue;
    if (passes(secret, Filters)) page.push(secret);
  }
  const NextToken = position < store.nextPosition ? Buffer.from(String(position)).toString('base64') : undefined;
  return { SecretList: page.map((secret) => describe(secret, 'SecretVersionsToStages')), NextToken };
};
