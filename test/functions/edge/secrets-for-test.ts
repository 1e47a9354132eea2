import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

export interface NewSecret {
  readonly name: string;
  readonly value?: string | Uint8Array;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Makes secrets in the emulated Secrets Manager, as their owners would. */
export const secretsForTest = (maxAttempts = 3) => {
  const client = new SecretsManagerClient({ maxAttempts });
  const stored = (value: string | Uint8Array) =>
    typeof value === 'string' ? { SecretString: value } : { SecretBinary: value };
  return {
    client,
    create: async ({ name, value = '{}', tags = {} }: NewSecret) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const made = await client.send(new CreateSecretCommand({ Name: name, Tags, ...stored(value) }));
      return { arn: made.ARN ?? '', versionId: made.VersionId ?? '' };
    },
    rotate: async (name: string, value: string) => {
      const put = await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
      return { versionId: put.VersionId ?? '' };
    },
  };
};
