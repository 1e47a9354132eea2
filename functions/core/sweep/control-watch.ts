import { type ControlSecretsItem, controlSecretsKey, MOST_CONTROLS } from '../ledger/control-items.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Ports } from '../ports.ts';
import { CONTROL_TAG, PROVIDER_TAG } from '../request/expiry-tags.ts';

/** The secrets with control keys, for each provider. */
const taggedSecrets = async ({ vault, config, providers }: Ports): Promise<ReadonlyMap<string, readonly string[]>> => {
  const arns = new Map<string, string[]>(Object.keys(providers).map((name) => [name, []]));
  for await (const { secrets } of vault.tagged(config.secretPrefix, CONTROL_TAG))
    for (const { arn, tags, isReplica, isMarkedForDeletion } of secrets) {
      const { [CONTROL_TAG]: provider = '', [PROVIDER_TAG]: other = provider } = tags;
      // Where two tags name two providers, the key is shown to neither.
      if (other === provider && !isReplica && !isMarkedForDeletion) arns.get(provider)?.push(arn);
    }
  return arns;
};

/**
 * Writes down for each provider which secrets are tagged as control keys. The function that revokes may not list secrets. Always the same
 * ones are left out where there are too many: the last by their ARN.
 *
 * @returns how many secrets are written down
 * @throws Unavailable if Secrets Manager or the ledger does not answer; the next tick starts again
 */
export const watchControls = async (ports: Ports): Promise<number> => {
  let count = 0;
  for (const [provider, found] of await taggedSecrets(ports)) {
    const arns = found.toSorted().slice(0, MOST_CONTROLS);
    count += arns.length;
    const left = found.length - arns.length;
    if (left > 0) ports.log.warn('control keys left out', { provider, left, most: MOST_CONTROLS });
    await updateItem<ControlSecretsItem>(ports, controlSecretsKey(provider), (current) =>
      JSON.stringify(current?.arns ?? []) === JSON.stringify(arns) ? undefined : { arns },
    );
  }
  return count;
};
