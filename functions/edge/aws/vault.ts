import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { type Clock, epochMs } from '../../core/epoch.ts';
import { Unavailable } from '../../core/fault.ts';
import type { NotFound, Opened, Vault } from '../../core/ports.ts';
import { STATUS_TAGS } from '../../core/request/expiry-tags.ts';
import { Secret } from '../../core/secret.ts';
import { classOf } from './error-class.ts';
import { describedFrom, orIncomplete, secretsUnder } from './secret-list.ts';
import { orUnavailable, unavailable } from './unavailable.ts';

const VERSION_ID = /^[\w-]{32,64}$/;
/** The second is for a name that no secret can have. */
const NO_SUCH_SECRET = new Set(['ResourceNotFoundException', 'ValidationException']);
const MISSING: NotFound = { found: false, why: 'missing' };

const openedFrom = ({ ARN, Name, VersionId, CreatedDate, SecretString }: GetSecretValueCommandOutput): Opened => ({
  found: true,
  arn: orIncomplete('open the secret', ARN),
  name: orIncomplete('open the secret', Name),
  versionId: orIncomplete('open the secret', VersionId),
  createdAt: epochMs(orIncomplete('open the secret', CreatedDate).getTime()),
  value: SecretString === undefined ? undefined : new Secret(SecretString),
});

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
        throw new Error(`Cannot write the tag ${other}: it must be one of ${STATUS_TAGS.join(', ')}`);
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await orUnavailable('tag the secret', client.send(new TagResourceCommand({ SecretId: secretId, Tags })));
    },
    tagged: (prefix, tagKey, from) => secretsUnder(client, prefix, tagKey, from),
  };
};
