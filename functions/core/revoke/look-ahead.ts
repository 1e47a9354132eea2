import { type Delivery, isFirstDelivery } from '../delivery.ts';
import { asResult } from '../ledger/attempt-result.ts';
import type { CaseItem } from '../ledger/case-item.ts';
import { caseKey, type KeyIdentityItem, keyIdentityKey } from '../ledger/keys.ts';
import type { NotFound, Opened, Ports, Vault } from '../ports.ts';
import { readHost } from '../probe/host-limits.ts';
import { type Provider, providerNamed } from '../provider.ts';
import { namedTarget, type RevocationRequest } from '../request/revocation-request.ts';
import { outOfReach } from '../request/secret-reach.ts';
import { type Held, openCredential } from './open-credential.ts';
import { checkPreconditions } from './preconditions.ts';
import { nameOfTarget } from './resolve-target.ts';

/** What a delivery looks up before its request is claimed. All of it is only read. */
interface LookedUp {
  /** The vault, with the versions that are open already. Each of these is handed out once. */
  readonly vault: Vault;
  /** Reads what follows from the open credentials: the key's case, or whose key it is and how its host answers. */
  read(): Promise<void>;
}

type Asked = Pick<Ports, 'providers' | 'config' | 'clock' | 'ledger' | 'vault'>;

/** Whether the order may be carried out now, as far as the message tells. */
const isDue = (ports: Ports, delivery: Delivery, request: RevocationRequest): boolean => {
  try {
    const item = { requestId: request.requestId ?? '', receivedAt: ports.clock.now() };
    return checkPreconditions({ ports, delivery, request }, item) === undefined;
  } catch (error) {
    asResult(error);
    return false;
  }
};

/** Reads the item that says whose key it is, and how the host of the question has answered. */
const readIdentity = async ({ ledger }: Asked, provider: Provider, { opened, credential }: Held): Promise<unknown> => {
  if (credential.keyId !== undefined) return undefined;
  const question = provider.identify?.(credential);
  return Promise.all([
    ledger.read<KeyIdentityItem>(keyIdentityKey(opened.arn, opened.versionId)),
    question && readHost({ ledger }, question.host),
  ]);
};

/**
 * Opens the secrets of a request while SQS and the ledger are asked about its message. Only for a message that a sender sent and that comes
 * for the first time: every later delivery opens the versions that were pinned. Whatever fails here is done again in its turn.
 */
export const lookAhead = (ports: Ports, delivery: Delivery, request: RevocationRequest): LookedUp => {
  const { vault, ledger, config } = ports;
  const provider = providerNamed(ports.providers, request.provider);
  if (provider === undefined || !isFirstDelivery(delivery) || !isDue(ports, delivery, request))
    return { vault, read: async () => undefined };
  const { secret } = namedTarget(ports.providers, request);
  const signer = { secretId: request.secretId, version: request.secretVersion };
  const target = secret && { secretId: secret.secretId, version: secret.secretVersion ?? 'AWSCURRENT' };
  const open = new Map<string, Promise<Opened | NotFound>>();
  const nameOf = (secretId: string, version: string): string => `${secretId}\n${version}`;
  for (const { secretId, version } of target ? [signer, target] : [signer]) {
    if (outOfReach(secretId, config) !== undefined || open.has(nameOf(secretId, version))) continue;
    const opening = vault.open(secretId, version);
    opening.catch(() => undefined);
    open.set(nameOf(secretId, version), opening);
  }
  const ahead: Pick<Ports, 'vault' | 'config'> = {
    config,
    vault: { ...vault, open: async (...of) => (await open.get(nameOf(...of))) ?? { found: false, why: 'missing' } },
  };
  const read = async (): Promise<void> => {
    const [signing, own] = await Promise.all(
      [signer, target].map((one) => one && openCredential(ahead, provider, one.secretId, one.version)),
    );
    if (signing === undefined) return;
    const name = nameOfTarget(ports.providers, provider, request, signing.credential, own?.credential);
    await Promise.all([
      name && ledger.read<CaseItem>(caseKey(name)),
      ...[signing, own].map((held) => held && readIdentity(ports, provider, held)),
    ]);
  };
  return {
    vault: {
      ...vault,
      open: (secretId, version) => {
        const name = nameOf(secretId, version);
        const opening = open.get(name);
        open.delete(name);
        return opening ?? vault.open(secretId, version);
      },
    },
    read: () => read().catch((error: unknown) => void asResult(error)),
  };
};
