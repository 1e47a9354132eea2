import { AwsError } from '../protocol/aws-error.ts';
import type { SecretStore } from './secret-store.ts';
import { label, type Move, move } from './stages.ts';
import type { StoredSecret, Version } from './stored-secret.ts';

export interface NewValue {
  readonly ClientRequestToken?: string | undefined;
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
  readonly VersionStages?: readonly string[] | undefined;
}

/** @throws {AwsError} `InvalidRequestException` for a secret that is marked for deletion */
export const refuseDeleted = (secret: StoredSecret): StoredSecret => {
  if (secret.deletedAt === undefined) return secret;
  const message = "You can't perform this operation on the secret because it was marked for deletion.";
  throw new AwsError('InvalidRequestException', message);
};

const isSame = (version: Version, value: NewValue): boolean =>
  version.value.SecretString === value.SecretString && version.value.SecretBinary === value.SecretBinary;

const LONGEST_VALUE_BYTES = 65_536;

const checkValue = ({ SecretString, SecretBinary }: NewValue): void => {
  if ((SecretString === undefined) === (SecretBinary === undefined)) {
    throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  }
  if (Buffer.byteLength(SecretString ?? SecretBinary ?? '') > LONGEST_VALUE_BYTES) {
    throw new AwsError('InvalidParameterException', `The secret value is longer than ${LONGEST_VALUE_BYTES} bytes.`);
  }
};

/** Adds a version; the request token is its id, and the same token with the same value again changes nothing. */
export const addVersion = (store: SecretStore, secret: StoredSecret, value: NewValue): StoredSecret => {
  checkValue(value);
  const { ClientRequestToken: id = crypto.randomUUID(), VersionStages = ['AWSCURRENT'] } = value;
  const existing = secret.versions.find((version) => version.id === id);
  if (existing !== undefined && isSame(existing, value)) return secret;
  if (existing !== undefined) {
    throw new AwsError('ResourceExistsException', `You can't change the existing version ${id} of the secret.`);
  }
  const { SecretString, SecretBinary } = value;
  const version: Version = { id, value: { SecretString, SecretBinary }, createdAt: store.now() };
  const stages = label(secret.stages, VersionStages, id);
  return { ...secret, changedAt: store.now(), versions: [...secret.versions, version], stages };
};

/** @throws {AwsError} `ResourceNotFoundException` where the secret has no such version */
export const moveStage = (store: SecretStore, secret: StoredSecret, wanted: Move): StoredSecret => {
  const { MoveToVersionId } = wanted;
  if (MoveToVersionId !== undefined && !secret.versions.some(({ id }) => id === MoveToVersionId)) {
    throw new AwsError('ResourceNotFoundException', `Secrets Manager can't find the version ${MoveToVersionId}.`);
  }
  return { ...secret, changedAt: store.now(), stages: move(secret.stages, wanted) };
};

const cannotFind = (what: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${what}`);

/** @returns the version asked for by id, by label or by both, which then have to agree; AWSCURRENT where neither is named */
export const pickVersion = (
  secret: StoredSecret,
  { VersionId, VersionStage }: { readonly VersionId?: string | undefined; readonly VersionStage?: string | undefined },
): Version => {
  const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
  const labelled = stage === undefined ? VersionId : secret.stages.get(stage);
  if (labelled === undefined) throw cannotFind(`staging label: ${stage}`);
  if (VersionId !== undefined && labelled !== VersionId) {
    throw new AwsError('InvalidRequestException', `Version ${VersionId} does not have the staging label ${stage}.`);
  }
  const version = secret.versions.find(({ id }) => id === labelled);
  if (version === undefined) throw cannotFind(`VersionId: ${labelled}`);
  return version;
};
