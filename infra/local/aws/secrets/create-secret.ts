import { randomInt } from 'node:crypto';
import { arnOf } from '../protocol/account.ts';
import { AwsError } from '../protocol/aws-error.ts';
import { type Tag, withTags } from './change-tags.ts';
import { addVersion, type NewValue } from './change-versions.ts';
import type { SecretStore } from './secret-store.ts';
import type { StoredSecret } from './stored-secret.ts';

export interface NewSecret extends NewValue {
  readonly Name: string;
  readonly Description?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The six random letters behind the name in a secret's ARN: a name used again gives another ARN. */
const suffix = (): string => Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** @throws {AwsError} `ResourceExistsException`, `InvalidRequestException` where the name is still marked for deletion */
export const createSecret = (store: SecretStore, wanted: NewSecret): StoredSecret => {
  const former = store.named(wanted.Name);
  if (former !== undefined) {
    const isDeleted = former.deletedAt !== undefined;
    const message = isDeleted
      ? "You can't create this secret because a secret with this name is already scheduled for deletion."
      : `The operation failed because the secret ${wanted.Name} already exists.`;
    throw new AwsError(isDeleted ? 'InvalidRequestException' : 'ResourceExistsException', message);
  }
  const empty: StoredSecret = {
    name: wanted.Name,
    arn: arnOf('secretsmanager', `secret:${wanted.Name}-${suffix()}`),
    position: store.nextPosition,
    description: wanted.Description,
    createdAt: store.now(),
    changedAt: store.now(),
    tags: withTags(new Map(), wanted.Tags ?? []),
    versions: [],
    stages: new Map(),
  };
  const hasValue = wanted.SecretString !== undefined || wanted.SecretBinary !== undefined;
  return store.put(hasValue ? addVersion(store, empty, wanted) : empty);
};
