import type { Asking } from './ask.ts';
import { type Held, identify, openCredential } from './credential.ts';
import { Fault } from './fault.ts';
import { keyName, type Pin, type Pinned, type RequestItem } from './ledger-items.ts';
import type { Ports } from './ports.ts';
import type { Aim, Credential, Order, Provider } from './provider.ts';
import { isUrgent, type RevocationRequest, type Target } from './request.ts';

/** The order with its credentials open, and what was pinned of them. */
export interface Aimed {
  readonly pin: Pin;
  readonly order: Omit<Order, 'facts' | 'called'>;
  readonly seen: readonly string[];
  /** The open version of the target's own secret, where there is one. */
  readonly targetHeld: Held | undefined;
}

const pinned = ({ opened, credential }: Held, keyId: string): Pinned => ({
  arn: opened.arn,
  secretId: opened.name,
  versionId: opened.versionId,
  environment: credential.environment,
  keyId,
});

const named = (target: Target): { keyId: string; subMemberId: string | undefined } | undefined => {
  if (target === 'self' || 'secretId' in target) return undefined;
  return 'apiKey' in target
    ? { keyId: target.apiKey, subMemberId: target.subMemberId }
    : { keyId: target.apiKeyId, subMemberId: undefined };
};

const inSecret = (target: Target): Extract<Target, { secretId: string }> | undefined =>
  target !== 'self' && 'secretId' in target ? target : undefined;

/** Which key has to die, and whether it signs for itself: an object that names the signer's own key is self. */
const aimAt = (
  request: RevocationRequest,
  signer: Credential & { keyId: string },
  targetKey: string | undefined,
  own: Credential | undefined,
): Aim => {
  const { target } = request;
  const subMemberId = target === 'self' || 'apiKeyId' in target ? undefined : target.subMemberId;
  const keyId = targetKey ?? named(target)?.keyId ?? signer.keyId;
  const self = keyId === signer.keyId;
  return { self, keyId, subMemberId, credential: self ? signer : own };
};

const checked = (provider: Provider, request: RevocationRequest, item: RequestItem, aim: Aim): void => {
  const operation = provider.operations[request.operation];
  if (!aim.self && operation?.managed === false)
    throw new Fault(
      'refused/target-mismatch',
      `Cannot ${request.operation} for another key, wanted the signing key itself as target`,
    );
  if (item.formerKey !== undefined && item.formerKey !== aim.keyId)
    throw new Fault(
      'refused/target-mismatch',
      'Cannot go on with another key than the earlier attempt’s, wanted a request of its own for it',
    );
};

/**
 * Opens the credentials of a request, at the pinned versions where an earlier delivery pinned them, and tells signer from target.
 *
 * @param reopenSigner opens the signer as it is now; the target stays as pinned
 * @throws Fault where the order cannot be carried out as it stands
 * @throws NotYet where the provider has to be asked whose key it is, and did not tell
 */
export const aim = async (
  ports: Ports,
  asking: Asking,
  provider: Provider,
  item: RequestItem,
  request: RevocationRequest,
  { reopenSigner = false } = {},
): Promise<Aimed> => {
  const { target } = request;
  const before = item.pin;
  const signerBefore = reopenSigner ? undefined : before?.signer;
  const held = await openCredential(
    ports,
    provider,
    signerBefore?.arn ?? request.secretId,
    signerBefore?.versionId ?? request.secretVersion,
  );
  const unknownSigner = target === 'self' ? 'stuck/not-recognised' : 'stuck/credential-refused';
  const signerId = await identify(ports, asking, provider, held, unknownSigner);
  const signer = { ...held.credential, keyId: signerId.keyId };

  const secret = inSecret(target);
  const targetVersion = before?.target?.versionId ?? secret?.secretVersion ?? 'AWSCURRENT';
  const targetHeld =
    secret && (await openCredential(ports, provider, before?.target?.arn ?? secret.secretId, targetVersion));
  const targetId = targetHeld && (await identify(ports, asking, provider, targetHeld, 'stuck/not-recognised'));

  const own = targetHeld && targetId ? { ...targetHeld.credential, keyId: targetId.keyId } : undefined;
  const aimed = aimAt(request, signer, targetId?.keyId, own);
  checked(provider, request, item, aimed);
  const environment = (aimed.self ? signer : (own ?? signer)).environment;
  const realmOf = (name: string): string => provider.environments[name]?.realm ?? name;
  if (aimed.self && own && realmOf(own.environment) !== realmOf(signer.environment))
    throw new Fault(
      'refused/environment-mismatch',
      `Cannot tell where the key is: one secret says ${signer.environment}, the other ${own.environment}`,
    );
  if (request.expectedEnvironment !== undefined && request.expectedEnvironment !== environment)
    throw new Fault(
      'refused/environment-mismatch',
      `Cannot act in ${environment}, the request wanted another environment`,
    );
  return {
    pin: {
      signer: pinned(held, signer.keyId),
      target: targetHeld && targetId ? pinned(targetHeld, targetId.keyId) : undefined,
      self: aimed.self,
      keyId: aimed.keyId,
      subMemberId: aimed.subMemberId,
      environment,
      realm: realmOf(environment),
      keyName: keyName(provider.name, realmOf(environment), aimed.keyId),
      signerName: keyName(provider.name, realmOf(signer.environment), signer.keyId),
    },
    order: {
      operation: request.operation,
      signer,
      aim: aimed,
      settings: request.settings,
      egressAddresses: ports.config.egressAddresses,
      urgent: isUrgent(request.reason),
    },
    seen: [...(aimed.self ? signerId.seen : []), ...(targetId?.seen ?? [])],
    targetHeld: targetHeld ?? (aimed.self ? held : undefined),
  };
};
