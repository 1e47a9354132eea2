import type { Described } from '../../core/ports.ts';

export const REPLICA = 'replica';
export const MARKED = 'marked for deletion';

/** Why a secret under the prefix is not opened; `undefined` for one that is. */
export const whyUnopened = (secret: Described): typeof REPLICA | typeof MARKED | undefined => {
  if (secret.isMarkedForDeletion) return MARKED;
  return secret.isReplica ? REPLICA : undefined;
};

export const isMarked = (secret: Described): boolean => whyUnopened(secret) === MARKED;

export const namesOf = (secrets: readonly Described[]): string => secrets.map(({ name }) => name).join(', ');

const note = (secrets: readonly Described[], [one, many]: readonly [string, string], so: string): readonly string[] => {
  const [count, they] =
    secrets.length === 1 ? [`This secret is ${one}`, 'it'] : [`${secrets.length} of the secrets are ${many}`, 'them'];
  return secrets.length === 0 ? [] : [`${count}, ${so} ${they}: ${namesOf(secrets)}`];
};

/** A sentence that names the replicas among these, if there are any. */
export const replicasNote = (unopened: readonly Described[]): readonly string[] =>
  note(
    unopened.filter((secret) => whyUnopened(secret) === REPLICA),
    ['a replica', 'replicas'],
    'and the deployment in the region of the original answers for',
  );

/** A sentence that names the secrets among these that are marked for deletion, if there are any. */
export const markedNote = (unopened: readonly Described[]): readonly string[] =>
  note(unopened.filter(isMarked), [MARKED, MARKED], 'so nothing can open');
