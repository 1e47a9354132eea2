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
import { isVersionId } from '../../core/request/revocation-request.ts';
import { Secret } from '../../core/secret.ts';
import { type AskedOfSecret, accessDenied } from './access-denied.ts';
import { classOf, errorKindOf } from './error-class.ts';
import { describedFrom, orIncomplete, secretsUnder } from './secret-list.ts';
import { orUnavailable, unavailable } from './unavailable.ts';

const MISSING: NotFound = { found: false, why: 'missing' };

const openedFrom = ({ ARN, Name, VersionId, CreatedDate, SecretString }: GetSecretValueCommandOutput): Opened => ({
  found: true,
  arn: orIncomplete('open the secret', ARN),
  name: orIncomplete('open the secret', Name),
  versionId: orIncomplete('open the secret', VersionId),
  createdAt: epochMs(orIncomplete('open the secret', CreatedDate).getTime()),
  value: SecretString === undefined ? undefined : new Secret(SecretString),
});

/** How DescribeSecret names a key: by its ARN, its identifier or its alias. */
const KEY_NAME = /^[\w:/-]{1,256}$/;

/** Secrets Manager behind the port; a secret's text is wrapped as it arrives. */
export const secretsVault = (client: SecretsManagerClient, clock: Clock): Vault => {
  const describe = (secretId: string): Promise<DescribeSecretCommandOutput> =>
    client.send(new DescribeSecretCommand({ SecretId: secretId }));
  /** Absent for a secret with the key that AWS manages, and where the question is denied as well. */
  const keyOf = async (secretId: string): Promise<string | undefined> => {
    const key = await describe(secretId).then(
      ({ KmsKeyId }) => KmsKeyId,
      () => undefined,
    );
    return key !== undefined && KEY_NAME.test(key) ? key : undefined;
  };
  /** @throws Fault, Unavailable unless there is no such secret */
  const unlessAbsent = async (error: unknown, asked: AskedOfSecret): Promise<void> => {
    const kind = errorKindOf(error);
    if (kind === 'denied') throw await accessDenied(error, asked, () => keyOf(asked.secretId));
    if (kind === 'unavailable') throw unavailable(`${asked.verb} the secret`, error);
  };
  const ask = async (secretId: string): Promise<DescribeSecretCommandOutput | undefined> => {
    try {
      return await describe(secretId);
    } catch (error) {
      await unlessAbsent(error, { verb: 'describe', action: 'secretsmanager:DescribeSecret', secretId });
      return undefined;
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
      const which = isVersionId(version) ? { VersionId: version } : { VersionStage: version };
      try {
        return openedFrom(await client.send(new GetSecretValueCommand({ SecretId: secretId, ...which })));
      } catch (error) {
        if (error instanceof Unavailable) throw error;
        await unlessAbsent(error, { verb: 'open', action: 'secretsmanager:GetSecretValue', secretId });
        return classOf(error) === 'InvalidRequestException' ? whyRefused(secretId, error) : MISSING;
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
