import type { EpochMs } from '../../core/epoch.ts';
import { Fault } from '../../core/fault.ts';
import { readObject } from '../../core/json.ts';
import type { CaseItem } from '../../core/ledger/case-item.ts';
import { caseKey, type KeyIdentityItem, keyIdentityKey, keyName } from '../../core/ledger/keys.ts';
import type { Described, Opened } from '../../core/ports.ts';
import { type Credential, type Provider, type Providers, providerNamed } from '../../core/provider.ts';
import { CONTROL_TAG, PROVIDER_TAG } from '../../core/request/expiry-tags.ts';
import { hasKnownToken } from '../../core/request/secret-scan.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import { secretsUnder } from '../../edge/aws/secret-list.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { USE_GRANTED_ROLE } from './aws-trouble.ts';
import type { Deployed } from './connect.ts';
import type { Context } from './context.ts';
import { whyUnopened } from './unopened.ts';

/** One secret under the prefix, and the key whose credential is in it. */
export interface StoredKey {
  readonly secret: Described;
  /** Of AWSCURRENT. */
  readonly versionId: string;
  readonly createdAt: EpochMs | undefined;
  /** Why there is no key in it that can be told, in a sentence. */
  readonly problem: string | undefined;
  readonly provider: string | undefined;
  readonly environment: string | undefined;
  /** Provider, realm and identifier; `undefined` if only the provider could tell and was never asked. */
  readonly name: string | undefined;
  readonly keyId: string | undefined;
  readonly found: CaseItem | undefined;
  /** The secret holds the credential that is sought. */
  readonly isSought: boolean;
}

/** Whether the text of a secret holds what is sought. */
export type Holds = (text: string) => boolean;

/** The keys under the prefix, by the names of their secrets. */
export interface FoundKeys {
  readonly keys: readonly StoredKey[];
  /** Replicas, which the region of their original answers for, and secrets that are marked for deletion. */
  readonly unopened: readonly Described[];
}

interface Read {
  readonly provider: Provider;
  readonly credential: Credential;
}

/**
 * Whether a provider may be asked about a credential that nothing else says to be its own. A key that is sent to another provider is disclosed,
 * if it is a bearer. So a provider whose secrets have a form of their own claims only that form, and the tokens of other services belong to none.
 */
const claims = ({ secretForms }: Provider, value: object): boolean => {
  const texts = Object.values(value).filter((one) => typeof one === 'string');
  if (texts.some(hasKnownToken)) return false;
  return secretForms.length === 0 || texts.some((text) => secretForms.some((form) => form.test(text)));
};

/** The credential that it is as one of these providers reads it, where exactly one of them does; else what is wrong with it. */
const readAs = (value: unknown, candidates: readonly Provider[]): Read | string => {
  const read: Read[] = [];
  const objections: string[] = [];
  for (const provider of candidates) {
    try {
      read.push({ provider, credential: provider.credential(value) });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      objections.push(error.message);
    }
  }
  const [only, other] = read;
  if (only === undefined) return (candidates.length === 1 && objections[0]) || UNKNOWN_FORM;
  if (other === undefined) return only;
  const names = read.map(({ provider }) => provider.name).join(' and ');
  return `Cannot tell which provider the credential is for: ${names} have that form. Tag the secret with ${PROVIDER_TAG}`;
};

const UNKNOWN_FORM = `Cannot tell which provider the credential is for, so none was asked: store it in a documented form, and tag the secret with ${PROVIDER_TAG}`;

const readOpened = (providers: Providers, { tags }: Described, { value }: Opened): Read | string => {
  if (value === undefined) return 'Cannot read the secret: it must be text, and it is binary';
  const read = readObject(value.reveal());
  if ('problem' in read) return `Cannot read the secret: ${read.problem}`;
  const { object } = read;
  const { [PROVIDER_TAG]: named, [CONTROL_TAG]: kept } = tags;
  const all = Object.values(providers);
  if (named === undefined)
    return readAs(
      object,
      all.filter((provider) => provider.name === kept || claims(provider, object)),
    );
  const tagged = providerNamed(providers, named);
  return tagged
    ? readAs(object, [tagged])
    : `Cannot use ${PROVIDER_TAG}: it must be one of ${Object.keys(providers).join(', ')}`;
};

const caseIn = async ({ ledger }: Deployed, name: string | undefined): Promise<CaseItem | undefined> =>
  name === undefined ? undefined : ledger.read<CaseItem>(caseKey(name));

/** Opens a secret as it is now. @returns a sentence if there is no version to read, or if AWS denies it to the operator */
const openedIn = async ({ vault }: Deployed, { arn }: Described): Promise<Opened | string> => {
  try {
    const opened = await vault.open(arn, 'AWSCURRENT');
    return opened.found ? opened : 'Cannot open the secret: it has no current version';
  } catch (error) {
    if (error instanceof Fault) return `${error.message}. ${USE_GRANTED_ROLE}`;
    throw error;
  }
};

/** Opens a secret as it is now, and tells whose key is in it. */
const keyIn = async (providers: Providers, deployed: Deployed, secret: Described, holds: Holds): Promise<StoredKey> => {
  const opened = await openedIn(deployed, secret);
  const isSought = typeof opened !== 'string' && opened.value !== undefined && holds(opened.value.reveal());
  const nothing = { environment: undefined, name: undefined, keyId: undefined, found: undefined, isSought };
  const unread = { secret, provider: providerNamed(providers, secret.tags[PROVIDER_TAG])?.name, ...nothing };
  if (typeof opened === 'string') return { ...unread, versionId: '', createdAt: undefined, problem: opened };
  const { versionId, createdAt } = opened;
  const read = readOpened(providers, secret, opened);
  if (typeof read === 'string') return { ...unread, versionId, createdAt, problem: read };
  const { provider, credential } = read;
  const { environment } = credential;
  const pin =
    credential.keyId === undefined
      ? await deployed.ledger.read<KeyIdentityItem>(keyIdentityKey(secret.arn, versionId))
      : undefined;
  const keyId = credential.keyId ?? pin?.keyId;
  const realm = provider.environments[environment]?.realm ?? environment;
  const name = keyId === undefined ? undefined : keyName(provider.name, realm, keyId);
  const found = await caseIn(deployed, name);
  const told = { provider: provider.name, environment, name, keyId, found, isSought };
  return { secret, versionId, createdAt, problem: undefined, ...told };
};

/**
 * Opens the secrets under the prefix, some at once, and shows how far it is.
 *
 * @param isMeant which secrets to open
 * @param holds tells the credential that is sought. Nothing else of a secret's text is kept
 * @throws Unavailable where AWS does not answer, Failure where the user breaks off
 */
export const keysUnder = async (
  { terminal, signal, providers }: Pick<Context, 'terminal' | 'signal' | 'providers'>,
  deployed: Deployed,
  isMeant: (secret: Described) => boolean,
  holds: Holds = () => false,
): Promise<FoundKeys> => {
  const keys: StoredKey[] = [];
  const unopened: Described[] = [];
  for await (const { secrets } of secretsUnder(deployed.secrets, deployed.card.prefix)) {
    await someAtOnce(secrets.filter(isMeant), async (secret) => {
      if (signal.aborted) throw new Failure(EXIT.aborted, 'Interrupted: nothing was sent');
      if (whyUnopened(secret) === undefined) keys.push(await keyIn(providers, deployed, secret, holds));
      else unopened.push(secret);
      terminal.show(`Reading secrets: ${keys.length}`);
    });
  }
  return {
    keys: keys.toSorted((a, b) => a.secret.name.localeCompare(b.secret.name)),
    unopened: unopened.toSorted((a, b) => a.name.localeCompare(b.name)),
  };
};
