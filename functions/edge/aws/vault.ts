import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  type ListSecretsCommandOutput,
  type SecretListEntry,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { type Clock, epochMs } from '../../core/epoch.ts';
import { Unavailable } from '../../core/fault.ts';
import type { Described, NotFound, Opened, Page, Vault } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { classOf, orUnavailable, unavailable } from './unavailable.ts';

/** The tags that say how an order ended; every other tag of ours is an order. */
const STATUS_TAGS = ['key-revoker:status', 'key-revoker:proved-at'];

const VERSION_ID = /^[\w-]{32,64}$/;
/** The second is for a name that no secret can have. */
const NO_SUCH_SECRET = new Set(['ResourceNotFoundException', 'ValidationException']);
const MISSING: NotFound = { found: false, why: 'missing' };

/** @throws Unavailable, also where there is an answer but not all of what it always holds */
const whole = <T>(what: string, value: T | undefined): T => {
  if (value === undefined) throw new Unavailable(`Cannot ${what}: the answer is incomplete`);
  return value;
};

const openedFrom = ({ ARN, Name, VersionId, CreatedDate, SecretString }: GetSecretValueCommandOutput): Opened => ({
  found: true,
  arn: whole('open the secret', ARN),
  name: whole('open the secret', Name),
  versionId: whole('open the secret', VersionId),
  createdAt: epochMs(whole('open the secret', CreatedDate).getTime()),
  value: SecretString === undefined ? undefined : new Secret(SecretString),
});

const regionIn = (arn: string): string | undefined => arn.split(':')[3];

type Labels = Readonly<Record<string, readonly string[]>>;

const describedFrom = (secret: DescribeSecretCommandOutput | SecretListEntry): Described => {
  const arn = whole('describe the secret', secret.ARN);
  const labels: Labels =
    ('VersionIdsToStages' in secret ? secret.VersionIdsToStages : undefined) ??
    ('SecretVersionsToStages' in secret ? secret.SecretVersionsToStages : undefined) ??
    {};
  return {
    arn,
    name: whole('describe the secret', secret.Name),
    tags: Object.fromEntries((secret.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    stages: Object.fromEntries(Object.entries(labels).flatMap(([id, all]) => all.map((label) => [label, id]))),
    // A primary that has replicas names its own region.
    isReplica: secret.PrimaryRegion !== undefined && secret.PrimaryRegion !== regionIn(arn),
  };
};

/** Both filters of the service are prefix matches, and not of the exact kind. */
const isMeant = ({ name, tags }: Described, prefix: string, tagKey: string | undefined): boolean =>
  name.startsWith(prefix) && (tagKey === undefined || Object.keys(tags).some((key) => key.startsWith(tagKey)));

/**
 * The secrets under a prefix, page by page.
 *
 * @param tagKey those alone that have a tag whose key starts so
 * @param from where a page said that the next one begins
 * @throws Unavailable where Secrets Manager does not answer
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
  const query = { Filters, MaxResults: 100, IncludePlannedDeletion: false };
  let NextToken = from;
  do {
    const page = await listed(client, { ...query, NextToken });
    const secrets = (page.SecretList ?? []).map(describedFrom).filter((secret) => isMeant(secret, prefix, tagKey));
    yield { secrets, next: page.NextToken };
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}

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

/** Secrets Manager behind the port; a secret's text is wrapped as it arrives. */
export const secretsVault = (client: SecretsManagerClient, clock: Clock): Vault => {
  const ask = async (secretId: string): Promise<DescribeSecretCommandOutput | undefined> => {
    try {
      return await client.send(new DescribeSecretCommand({ SecretId: secretId }));
    } catch (error) {
      if (NO_SUCH_SECRET.has(classOf(error))) return undefined;
      throw unavailable('describe the secret', error);
    }
  };
  /** The service refuses a secret marked for deletion with the error that it has for many things. */
  const whyRefused = async (secretId: string, error: unknown): Promise<NotFound> => {
    const secret = await ask(secretId);
    if (secret === undefined) return MISSING;
    const date = secret.DeletedDate?.getTime();
    if (date === undefined) throw unavailable('open the secret', error);
    // Documented both as the day of the deletion and as the day of the marking; only one ahead can be the end of the window.
    return { found: false, why: 'deleted', ...(date > clock.now() ? { until: epochMs(date) } : {}) };
  };
  return {
    open: async (secretId, version) => {
      const which = VERSION_ID.test(version) ? { VersionId: version } : { VersionStage: version };
      try {
        return openedFrom(await client.send(new GetSecretValueCommand({ SecretId: secretId, ...which })));
      } catch (error) {
        if (error instanceof Unavailable) throw error;
        if (NO_SUCH_SECRET.has(classOf(error))) return MISSING;
        if (classOf(error) === 'InvalidRequestException') return whyRefused(secretId, error);
        throw unavailable('open the secret', error);
      }
    },
    describe: async (secretId) => {
      const secret = await ask(secretId);
      return secret && describedFrom(secret);
    },
    tag: async (secretId, tags) => {
      const other = Object.keys(tags).find((key) => !STATUS_TAGS.includes(key));
      if (other !== undefined)
        throw new Error(`Cannot write the tag ${other}, wanted one of ${STATUS_TAGS.join(', ')}`);
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await orUnavailable('tag the secret', client.send(new TagResourceCommand({ SecretId: secretId, Tags })));
    },
    tagged: (prefix, tagKey, from) => secretsUnder(client, prefix, tagKey, from),
  };
};
