import type { CaseItem } from '../../core/ledger/case-item.ts';
import { type ControlSecretsItem, controlSecretsKey, MOST_CONTROLS } from '../../core/ledger/control-items.ts';
import { caseKey, type KeyIdentityItem, keyIdentityKey, keyName } from '../../core/ledger/keys.ts';
import { type Providers, providerNamed } from '../../core/provider.ts';
import { CONTROL_TAG } from '../../core/request/expiry-tags.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { StoredKey } from '../deployment/keys.ts';
import type { Finished } from '../requests/finished.ts';
import type { Diagnosis } from './finding.ts';

/** Why the control tag of a secret is of no use, in a sentence; `undefined` if it is of use, or if there is none. */
const objectionTo = (providers: Providers, { secret, provider }: StoredKey): string | undefined => {
  const tagged = secret.tags[CONTROL_TAG];
  if (tagged === undefined) return undefined;
  if (providerNamed(providers, tagged) === undefined)
    return `Cannot use ${CONTROL_TAG}: it must be one of ${Object.keys(providers).join(', ')}`;
  return provider === undefined || provider === tagged
    ? undefined
    : `Cannot use ${CONTROL_TAG}: it says ${tagged}, and the key in the secret is of ${provider}`;
};

/** What was found of a key, with what its control tag adds. */
export const withControlTag = (providers: Providers, key: StoredKey, { verdict, says }: Diagnosis): Diagnosis => {
  if (key.secret.tags[CONTROL_TAG] === undefined) return { verdict, says };
  const objection = objectionTo(providers, key);
  return objection === undefined
    ? { verdict, says: [...says, 'Kept as a control key'] }
    : { verdict: 'wrong', says: [objection, ...says] };
};

/** The control keys that no request asks, since the last sweep has found too many of their provider. */
const leftOut = async ({ ledger }: Deployed, providers: Providers, planned: readonly PlannedKey[]) => {
  const tagged = planned.map(({ key }) => key).filter((key) => objectionTo(providers, key) === undefined);
  const lists = Object.keys(providers).map(async (provider) => {
    const { arns = [] } = (await ledger.read<ControlSecretsItem>(controlSecretsKey(provider))) ?? {};
    const left = tagged.filter(({ secret }) => secret.tags[CONTROL_TAG] === provider && !arns.includes(secret.arn));
    return arns.length < MOST_CONTROLS || left.length === 0
      ? []
      : [
          `Only ${MOST_CONTROLS} control keys of ${provider} are asked. Remove ${CONTROL_TAG} from secrets that need none; these are left out: ${left.map(({ secret }) => secret.name).join(', ')}`,
        ];
  });
  return (await Promise.all(lists)).flat();
};

/** A key, and the plan that was made for it. */
export interface PlannedKey {
  readonly key: StoredKey;
  readonly plan: Finished | undefined;
}

/** Whether only a control key can tell the death of this key from an outage. */
const needsControl = (providers: Providers, { key, plan }: PlannedKey): boolean =>
  plan?.receipt.keyState === 'alive' &&
  plan.request?.target === 'self' &&
  key.secret.tags[CONTROL_TAG] === undefined &&
  providerNamed(providers, key.provider)?.control !== undefined;

const realmOf = (providers: Providers, { provider, environment = '' }: StoredKey): string =>
  providerNamed(providers, provider)?.environments[environment]?.realm ?? environment;

/** The key's case after the plan, which may have been the first to learn whose key it is. */
const caseAfter = async ({ ledger }: Deployed, providers: Providers, key: StoredKey): Promise<CaseItem | undefined> => {
  const { secret, versionId, provider = '' } = key;
  const told =
    key.keyId === undefined ? await ledger.read<KeyIdentityItem>(keyIdentityKey(secret.arn, versionId)) : undefined;
  const keyId = key.keyId ?? told?.keyId;
  return keyId === undefined
    ? undefined
    : ledger.read<CaseItem>(caseKey(keyName(provider, realmOf(providers, key), keyId)));
};

/** A control key that this system has deleted controls nothing any more. */
const hasControl = async (deployed: Deployed, item: CaseItem | undefined): Promise<boolean> => {
  const found = await Promise.all((item?.controls ?? []).map((name) => deployed.ledger.read<CaseItem>(caseKey(name))));
  return found.some((control) => control?.proved === undefined);
};

const MATTERS =
  'No control key was seen beside these keys. If the reply to the delete of such a key is lost, its end takes an hour, and may stay unconfirmed';
const REMEDY = `For each account, make a read-only key, store it under the prefix and tag its secret ${CONTROL_TAG} with the provider as the value. Run doctor again after the next sweep`;

/**
 * Which keys have no control key of their account, and which control keys are too many.
 *
 * @param planned the keys after their dry runs, which note the control keys beside them
 * @throws Unavailable if the ledger does not answer
 */
export const controlsFinding = async (
  deployed: Deployed,
  providers: Providers,
  planned: readonly PlannedKey[],
): Promise<Diagnosis> => {
  const lacking = new Set<StoredKey>();
  await someAtOnce(
    planned.filter((one) => needsControl(providers, one)).map(({ key }) => key),
    async (key) => {
      if (!(await hasControl(deployed, await caseAfter(deployed, providers, key)))) lacking.add(key);
    },
  );
  const over = await leftOut(deployed, providers, planned);
  if (lacking.size === 0) return { verdict: over.length === 0 ? 'well' : 'note', says: over };
  const named = planned.map(({ key }) => key).filter((key) => lacking.has(key));
  const realms = Map.groupBy(named, (key) => `${key.provider}, ${realmOf(providers, key)}`);
  const lists = [...realms].map(([realm, keys]) => `${realm}: ${keys.map(({ secret }) => secret.name).join(', ')}`);
  return { verdict: 'note', says: [MATTERS, ...lists.toSorted(), REMEDY, ...over] };
};
