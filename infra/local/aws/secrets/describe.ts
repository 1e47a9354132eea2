import { labelsByVersion } from './stages.ts';
import type { StoredSecret } from './stored-secret.ts';

/** Dates go over the wire as seconds since 1970. */
export const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);

/** What DescribeSecret and ListSecrets tell of a secret; the two name the versions differently. */
export const describe = (
  secret: StoredSecret,
  versions: 'VersionIdsToStages' | 'SecretVersionsToStages',
): Readonly<Record<string, unknown>> => ({
  ARN: secret.arn,
  Name: secret.name,
  Description: secret.description,
  CreatedDate: seconds(secret.createdAt),
  LastChangedDate: seconds(secret.changedAt),
  DeletedDate: seconds(secret.deletedAt),
  PrimaryRegion: secret.primaryRegion,
  Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
  [versions]: labelsByVersion(secret.stages),
});
