import { after, toIso } from '../epoch.ts';
import { Fault } from '../fault.ts';
import { readObject } from '../json.ts';
import type { Opened, Ports, Vault } from '../ports.ts';
import type { Credential, Provider } from '../provider.ts';
import { isVersionId } from '../request/revocation-request.ts';
import { nameIn, outOfReach, type SecretReach } from '../request/secret-reach.ts';
import { MINUTE_MS } from '../timing.ts';

/** A secret's version with the credential in it. */
export interface Held {
  readonly opened: Opened;
  readonly credential: Credential;
}

/** @throws Fault `refused/outside-prefix` for a secret that this system may not open, by its name or its ARN */
export const mustReach = (reach: SecretReach, secretId: string): void => {
  const objection = outOfReach(secretId, reach);
  if (objection !== undefined) throw new Fault('refused/outside-prefix', objection);
};

/** The readings of a settle window are minutes apart. */
const KEPT_MS = 15 * MINUTE_MS;
/** How many versions a process keeps open. */
const MOST_KEPT = 1_000;

/**
 * The vault for looks at keys whose request has ended. A version that this process opened in the last 15 minutes is not opened again: a
 * version never changes. A staging label moves, so what a label names is opened each time.
 */
export const keepingOpen = ({ vault, clock, kept }: Pick<Ports, 'vault' | 'clock' | 'kept'>): Vault => ({
  ...vault,
  open: async (secretId, version) => {
    if (!isVersionId(version)) return vault.open(secretId, version);
    for (const [name, { until }] of kept) if (until <= clock.now()) kept.delete(name);
    const name = `${secretId}\n${version}`;
    const opened = kept.get(name)?.opened ?? (await vault.open(secretId, version));
    if (!opened.found || kept.has(name)) return opened;
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(name, { opened, until: after(clock.now(), KEPT_MS) });
    return opened;
  },
});

/**
 * Opens one version of a secret and parses what is in it.
 *
 * @param version a staging label or a version id
 * @throws Fault `refused/outside-prefix`, `stuck/credential-missing`, `stuck/access-denied` or `refused/credential-unreadable`
 * @throws Unavailable if Secrets Manager does not answer
 */
export const openCredential = async (
  { vault, config }: Pick<Ports, 'vault' | 'config'>,
  provider: Provider,
  secretId: string,
  version: string,
): Promise<Held> => {
  mustReach(config, secretId);
  const opened = await vault.open(secretId, version);
  if (!opened.found) {
    const restorable =
      opened.until === undefined
        ? ''
        : `. The secret is scheduled for deletion, and can be restored until ${toIso(opened.until)}`;
    throw new Fault('stuck/credential-missing', `Cannot open ${nameIn(secretId)} at ${version}${restorable}`);
  }
  mustReach(config, opened.name);
  if (opened.value === undefined)
    throw new Fault(
      'refused/credential-unreadable',
      `Cannot read ${opened.name}: the secret must be text, and it is binary`,
    );
  const read = readObject(opened.value.reveal());
  if ('problem' in read)
    throw new Fault('refused/credential-unreadable', `Cannot read ${opened.name}: ${read.problem}`);
  return { opened, credential: provider.credential(read.object) };
};
