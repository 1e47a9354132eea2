import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { type Operation, operation } from '../protocol/json-backend.ts';
import { withoutTags, withTags } from './change-tags.ts';
import { addVersion, moveStage, pickVersion, refuseDeleted } from './change-versions.ts';
import { createSecret } from './create-secret.ts';
import { describe, seconds } from './describe.ts';
import { type Filter, listSecrets, TEXTS } from './list-secrets.ts';
import type { SecretStore } from './secret-store.ts';
import { labelsByVersion } from './stages.ts';
import type { StoredSecret } from './stored-secret.ts';

const DAY_MS = 86_400_000;
const Tags = z.array(z.object({ Key: z.string(), Value: z.string().default('') }));
const Value = z.object({
  ClientRequestToken: z.string().min(32).max(64).optional(),
  SecretString: z.string().min(1).optional(),
  SecretBinary: z.base64().min(1).optional(),
});
const Id = z.object({ SecretId: z.string().min(1).max(2048) });
const Stage = { VersionId: z.string().min(32).max(64).optional(), VersionStage: z.string().optional() };
const KEYS = Object.keys(TEXTS) as readonly Filter['Key'][];

const SCHEMAS = {
  CreateSecret: Value.extend({
    Name: z.string().regex(/^[A-Za-z0-9/_+=.@!-]{1,512}$/),
    Description: z.string().optional(),
    Tags: Tags.optional(),
  }),
  PutSecretValue: Value.extend({ ...Id.shape, VersionStages: z.array(z.string()).min(1).max(20).optional() }),
  UpdateSecretVersionStage: Id.extend({
    VersionStage: z.string(),
    RemoveFromVersionId: z.string().optional(),
    MoveToVersionId: z.string().optional(),
  }),
  GetSecretValue: Id.extend(Stage),
  ListSecrets: z.object({
    Filters: z
      .array(z.object({ Key: z.enum(KEYS), Values: z.array(z.string()).min(1).max(10) }))
      .max(10)
      .optional(),
    IncludePlannedDeletion: z.boolean().optional(),
    MaxResults: z.int().min(1).max(100).optional(),
    NextToken: z.string().optional(),
  }),
  TagResource: Id.extend({ Tags }),
  UntagResource: Id.extend({ TagKeys: z.array(z.string()) }),
  DeleteSecret: Id.extend({
    RecoveryWindowInDays: z.int().optional(),
    ForceDeleteWithoutRecovery: z.boolean().optional(),
  }),
} as const;

const named = ({ arn, name }: StoredSecret): object => ({ ARN: arn, Name: name });

/** The answer to an operation that wrote a version: which it was and what it is labelled now. */
const written = (secret: StoredSecret, VersionId: string | undefined): object => ({
  ...named(secret),
  VersionId,
  VersionStages: VersionId === undefined ? undefined : (labelsByVersion(secret.stages)[VersionId] ?? []),
});

const living = (store: SecretStore, secretId: string): StoredSecret => refuseDeleted(store.find(secretId));

const deleteSecret = (store: SecretStore, input: z.infer<typeof SCHEMAS.DeleteSecret>): object => {
  const { SecretId, RecoveryWindowInDays: days = 30, ForceDeleteWithoutRecovery: isForced = false } = input;
  if (days < 7 || days > 30 || (isForced && input.RecoveryWindowInDays !== undefined)) {
    throw new AwsError(
      'InvalidParameterException',
      'RecoveryWindowInDays must be 7 to 30, and not used with a forced one.',
    );
  }
  const secret = store.find(SecretId);
  const deletedAt = store.now() + (isForced ? 0 : days * DAY_MS);
  if (isForced) store.remove(secret);
  else store.put({ ...refuseDeleted(secret), deletedAt });
  return { ...named(secret), DeletionDate: seconds(deletedAt) };
};

/** Secrets Manager's operations as far as the functions and their operators use them (API reference, 2017-10-17). */
export const SECRETS_OPERATIONS: Readonly<Record<string, Operation<SecretStore>>> = {
  CreateSecret: operation(SCHEMAS.CreateSecret, (store, input) => {
    const secret = createSecret(store, input);
    return written(secret, secret.versions.at(-1)?.id);
  }),
  PutSecretValue: operation(SCHEMAS.PutSecretValue, (store: SecretStore, input) => {
    const token = input.ClientRequestToken ?? crypto.randomUUID();
    const value = { ...input, ClientRequestToken: token };
    return written(store.put(addVersion(store, living(store, input.SecretId), value)), token);
  }),
  UpdateSecretVersionStage: operation(SCHEMAS.UpdateSecretVersionStage, (store, input) =>
    named(store.put(moveStage(store, living(store, input.SecretId), input))),
  ),
  GetSecretValue: operation(SCHEMAS.GetSecretValue, (store, input) => {
    const secret = living(store, input.SecretId);
    const { id, value, createdAt } = pickVersion(secret, input);
    return { ...written(secret, id), ...value, CreatedDate: seconds(createdAt) };
  }),
  DescribeSecret: operation(Id, (store, { SecretId }) => describe(store.find(SecretId), 'VersionIdsToStages')),
  ListSecrets: operation(SCHEMAS.ListSecrets, listSecrets),
  TagResource: operation(SCHEMAS.TagResource, (store, { SecretId, Tags: added }) => {
    const secret = living(store, SecretId);
    store.put({ ...secret, tags: withTags(secret.tags, added) });
    return {};
  }),
  UntagResource: operation(SCHEMAS.UntagResource, (store, { SecretId, TagKeys }) => {
    const secret = living(store, SecretId);
    store.put({ ...secret, tags: withoutTags(secret.tags, TagKeys) });
    return {};
  }),
  DeleteSecret: operation(SCHEMAS.DeleteSecret, deleteSecret),
  RestoreSecret: operation(Id, (store, { SecretId }) => {
    const { deletedAt: _gone, ...secret } = store.find(SecretId);
    return named(store.put(secret));
  }),
};
