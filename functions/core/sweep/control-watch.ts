import { type ControlSecretsItem, controlSecretsKey } from '../ledger/control-items.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Ports } from '../ports.ts';
import { CONTROL_TAG, PROVIDER_TAG } from '../request/expiry-tags.ts';

/** More control keys of one provider than this are not asked. */
const MOST_CONTROLS = 20;

/** The secrets with control keys, for each provider. */
const taggedSecrets = async ({ vault, config, providers }: Ports): Promise<ReadonlyMap<string, readonly string[]>> => {
  const arns = new Map<string, string[]>(Object.keys(providers).map((name) => [name, []]));
  for await (const { secrets } of vault.tagged(config.secretPrefix, CONTROL_TAG))
    for (const { arn, tags, isReplica } of secrets) {
      const { [CONTROL_TAG]: provider = '', [PROVIDER_TAG]: other = provider } = tags;
      const of = arns.get(provider);
      // Where two tags name two providers, the key is shown to neither.
      if (of && other === provider && !isReplica && of.length < MOST_CONTROLS) of.push(arn);
    }
  return arns;
};

/**
 * Writes down for each provider which secrets are tagged as control keys. The function that revokes may not list secrets.
 *
 * @returns how many secrets are tagged
 * @throws Unavailable if Secrets Manager or the ledger does not answer; the next tick starts again
 */
export const watchControls = async (ports: Ports): Promise<number> => {
  let count = 0;
  for (const [provider, found] of await taggedSecrets(ports)) {
    const arns = found.toSorted();
    count += arns.length;
    await updateItem<ControlSecretsItem>(ports, controlSecretsKey(provider), (current) =>
      JSON.stringify(current?.arns ?? []) === JSON.stringify(arns) ? undefined : { arns },
    );
  }
  return count;
};
