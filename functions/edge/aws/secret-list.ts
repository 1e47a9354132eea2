import {
  type DescribeSecretCommandOutput,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  type ListSecretsCommandOutput,
  type SecretListEntry,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Unavailable } from '../../core/fault.ts';
import type { Described, Page } from '../../core/ports.ts';
import { eachPage } from './each-page.ts';
import { classOf } from './error-class.ts';
import { orUnavailable } from './unavailable.ts';

/** @throws Unavailable, also where there is an answer but not all of what it always holds */
export const orIncomplete = <T>(what: string, value: T | undefined): T => {
  if (value === undefined) throw new Unavailable(`Cannot ${what}: the answer is incomplete`);
  return value;
};

const regionIn = (arn: string): string | undefined => arn.split(':')[3];

type Labels = Readonly<Record<string, readonly string[]>>;

/** A secret as a reply describes it. */
export const describedFrom = (secret: DescribeSecretCommandOutput | SecretListEntry): Described => {
  const arn = orIncomplete('describe the secret', secret.ARN);
  const labels: Labels =
    ('VersionIdsToStages' in secret ? secret.VersionIdsToStages : undefined) ??
    ('SecretVersionsToStages' in secret ? secret.SecretVersionsToStages : undefined) ??
    {};
  return {
    arn,
    name: orIncomplete('describe the secret', secret.Name),
    tags: Object.fromEntries((secret.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    stages: Object.fromEntries(Object.entries(labels).flatMap(([id, all]) => all.map((label) => [label, id]))),
    // A primary that has replicas names its own region.
    isReplica: secret.PrimaryRegion !== undefined && secret.PrimaryRegion !== regionIn(arn),
    ...(secret.DeletedDate !== undefined && { isMarkedForDeletion: true }),
  };
};

/** Both filters of the service are prefix matches, and not of the exact kind. */
const isMeant = ({ name, tags }: Described, prefix: string, tagKey: string | undefined): boolean =>
  name.startsWith(prefix) && (tagKey === undefined || Object.keys(tags).some((key) => key.startsWith(tagKey)));

/**
 * The secrets under a prefix, page by page, with those that are marked for deletion.
 *
 * @param tagKey only secrets that have a tag whose key starts with this
 * @param from where a page said that the next one begins
 * @throws Unavailable where Secrets Manager does not answer, or names a next page for the second time: that list would never end
 */
export async function* secretsUnder(
  client: SecretsManagerClient,
  prefix: string,
  tagKey?: string,
  from?: string,
): AsyncGenerator<Page> {
  const Filters = [
    { Key: 'name' as const, Values: [prefix] },
    ...(tagKey === undefined ? [] : [{ Key: 'tag-key' as const, Values: [tagKey] }]),
  ];
  const query = { Filters, MaxResults: 100, IncludePlannedDeletion: true };
  const pages = eachPage({
    what: 'list secrets',
    // Later in the walk a list that begins again would come to the same place again.
    ask: (NextToken: string | undefined, isFirst) => (isFirst ? listed : orRefused)(client, { ...query, NextToken }),
    next: ({ NextToken }) => NextToken,
    from,
  });
  for await (const { SecretList = [], NextToken } of pages) {
    const secrets = SecretList.map(describedFrom).filter((secret) => isMeant(secret, prefix, tagKey));
    yield { secrets, next: NextToken };
  }
}

const orRefused = (client: SecretsManagerClient, query: ListSecretsCommandInput): Promise<ListSecretsCommandOutput> =>
  orUnavailable('list secrets', client.send(new ListSecretsCommand(query)));

/** One page; the first one for a place that the service no longer knows. */
const listed = async (
  client: SecretsManagerClient,
  query: ListSecretsCommandInput,
): Promise<ListSecretsCommandOutput> => {
  const isUnknown = (error: unknown): boolean => classOf(error) === 'InvalidNextTokenException';
  const page = client.send(new ListSecretsCommand(query)).catch((error: unknown) => {
    if (query.NextToken !== undefined && isUnknown(error))
      return client.send(new ListSecretsCommand({ ...query, NextToken: undefined }));
    throw error;
  });
  return orUnavailable('list secrets', page);
};
