import { AwsError } from '../protocol/aws-error.ts';
import type { StoredSecret } from './stored-secret.ts';

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

type Stages = StoredSecret['stages'];

/** Puts labels on a version; a label has one holder, and the version that loses AWSCURRENT becomes AWSPREVIOUS. */
export const label = (stages: Stages, labels: readonly string[], versionId: string): Stages => {
  const former = stages.get(CURRENT);
  const labelled = new Map([...stages, ...labels.map((each) => [each, versionId] as const)]);
  if (!labels.includes(CURRENT) || former === undefined || former === versionId) return labelled;
  return labelled.set(PREVIOUS, former);
};

/** The labels of each version that has any: `{ [versionId]: labels }`. */
export const labelsByVersion = (stages: Stages): Readonly<Record<string, readonly string[]>> => {
  const ids = [...new Set(stages.values())];
  return Object.fromEntries(ids.map((id) => [id, [...stages.keys()].filter((each) => stages.get(each) === id)]));
};

export interface Move {
  readonly VersionStage: string;
  readonly RemoveFromVersionId?: string | undefined;
  readonly MoveToVersionId?: string | undefined;
}

/**
 * Moves or removes a label as UpdateSecretVersionStage does.
 *
 * @throws {AwsError} `InvalidParameterException` where the present holder is not the one to remove it from, or where
 *   AWSCURRENT would be left without a holder
 */
export const move = (stages: Stages, { VersionStage, RemoveFromVersionId, MoveToVersionId }: Move): Stages => {
  const holder = stages.get(VersionStage);
  if (holder !== undefined && holder !== MoveToVersionId && holder !== RemoveFromVersionId) {
    const message = `The parameter RemoveFromVersionId must be the version with staging label ${VersionStage}: ${holder}.`;
    throw new AwsError('InvalidParameterException', message);
  }
  if (MoveToVersionId !== undefined) return label(stages, [VersionStage], MoveToVersionId);
  if (VersionStage === CURRENT) {
    throw new AwsError(
      'InvalidParameterException',
      `You can only move staging label ${CURRENT} to a different version.`,
    );
  }
  return new Map([...stages].filter(([each]) => each !== VersionStage));
};
