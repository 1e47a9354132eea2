import { after } from '../epoch.ts';
import { Fault } from '../fault.ts';
import { type AttemptWaiting, asResult } from '../ledger/attempt-result.ts';
import { keyName } from '../ledger/keys.ts';
import type { Pin, Pinned, RequestItem } from '../ledger/request-item.ts';
import type { FinalOutcome } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import type { Asking } from '../probe/host-limits.ts';
import type { Credential, Order, OrderTarget, Provider } from '../provider.ts';
import { isUrgent } from '../reason.ts';
import { type NamedTarget, namedTarget, type RevocationRequest } from '../request/revocation-request.ts';
import { allOver } from '../some-at-once.ts';
import { SECOND_MS } from '../timing.ts';
import { type Expected, identify } from './identify.ts';
import { type Held, openCredential } from './open-credential.ts';

/** The order with its open credentials, and the pin made from them. */
export interface ResolvedTarget {
  readonly pin: Pin;
  readonly order: Omit<Order, 'facts' | 'called'>;
  readonly seen: readonly string[];
  /** The open version of the target's own secret, if there is one. */
  readonly targetHeld: Held | undefined;
  /** Write down what the provider was asked on the way. Before the key is touched. */
  readonly notes: readonly (() => Promise<unknown>)[];
}

/** What an order is resolved with. */
interface Resolving {
  readonly ports: Ports;
  readonly provider: Provider;
  readonly asking: Asking;
  readonly request: RevocationRequest;
}

/** An open version of a secret, and the key in it. */
interface OpenedKey {
  readonly held: Held;
  readonly key: Credential & { readonly keyId: string };
  readonly seen: readonly string[];
  readonly note?: (() => Promise<unknown>) | undefined;
}

const openKey = async (
  ports: Ports,
  asking: Asking,
  provider: Provider,
  { secretId, version, ...expected }: { readonly secretId: string; readonly version: string } & Expected,
): Promise<OpenedKey | AttemptWaiting> => {
  const held = await openCredential(ports, provider, secretId, version);
  const identified = await identify(ports, asking, provider, held, expected);
  if ('hasEnded' in identified) return identified;
  const { keyId, seen, note } = identified;
  return { held, key: { ...held.credential, keyId }, seen, note };
};

const pinned = ({ held: { opened }, key: { environment, keyId } }: OpenedKey): Pinned => ({
  arn: opened.arn,
  secretId: opened.name,
  versionId: opened.versionId,
  environment,
  keyId,
});

/** Which key to revoke, and whether it signs for itself. An object that names the signer's own key is `self`. */
const targetOf = (
  { keyId: named, locator }: NamedTarget,
  signer: OpenedKey['key'],
  own: OpenedKey['key'] | undefined,
): OrderTarget => {
  const keyId = own?.keyId ?? named ?? signer.keyId;
  const self = keyId === signer.keyId;
  return { self, keyId, locator, credential: self ? signer : own };
};

const checkTarget = (provider: Provider, request: RevocationRequest, item: RequestItem, target: OrderTarget): void => {
  const operation = provider.operations[request.operation];
  if (!operation?.signers.includes(target.self ? 'self' : 'managing'))
    throw new Fault(
      'refused/target-mismatch',
      target.self
        ? `Cannot ${request.operation} with the key itself: another key must sign`
        : `Cannot ${request.operation} for another key: the target must be the signing key itself`,
    );
  if (item.former !== undefined && item.former.keyId !== target.keyId)
    throw new Fault(
      'refused/target-mismatch',
      'Cannot continue with a different key than the earlier attempt: send a new request for that key',
    );
};

/**
 * A request whose id another one had pinned to a key is about that key only.
 *
 * @throws Fault `refused/request-id-reused`, or `stuck/unproven` if that key can no longer be read
 */
const checkOnlyKey = ({ onlyKey, pin, former }: RequestItem, name: string): void => {
  const only = onlyKey === '' ? (pin ?? former)?.keyName : onlyKey;
  if (only === undefined && onlyKey === '')
    throw new Fault(
      'stuck/unproven',
      'Cannot tell which key was meant: the ledger’s record of the request could not be read. Send a new request with another requestId',
    );
  if (only !== undefined && only !== name)
    throw new Fault(
      'refused/request-id-reused',
      'Cannot act on another key than the request that had this id first: the secret was rotated since',
    );
};

/** The identifiers that the request's item holds (`stored`), and those that an urgent request expects: for these one answer is enough. */
const knownKeys = (
  { pin, former }: RequestItem,
  { reason }: RevocationRequest,
  { keyId }: NamedTarget,
): Readonly<Record<'signer' | 'target' | 'stored', readonly (string | undefined)[]>> => {
  const pins = [pin, former].filter((one) => one !== undefined);
  const signer = [keyId, ...pins.map((one) => one.signer.keyId)];
  const target = pins.map((one) => one.keyId);
  const stored = [...signer, ...target];
  return isUrgent(reason) ? { signer, target, stored } : { signer: [], target: [], stored };
};

/**
 * Which version an earlier delivery opened can no longer be read. A version that came after the order may hold another key.
 *
 * @throws Fault `stuck/unproven`
 */
const checkAge = ({ salvagedAt, pin, former, dueAt }: RequestItem, targetHeld: Held | undefined): void => {
  if (salvagedAt === undefined || (pin ?? former) !== undefined || targetHeld === undefined) return;
  const { name, createdAt } = targetHeld.opened;
  // Secrets Manager counts in whole seconds.
  if (after(createdAt, SECOND_MS) > dueAt)
    throw new Fault(
      'stuck/unproven',
      `Cannot tell which version of ${name} was meant: the ledger’s record of the request could not be read, and the version is newer than the request`,
    );
};

/** The name of the key's case, if the credentials tell it without a question to the provider. @param own of the target's own secret */
export const nameOfTarget = (
  providers: Ports['providers'],
  provider: Provider,
  request: RevocationRequest,
  signer: Credential,
  own: Credential | undefined,
): string | undefined => {
  const named = namedTarget(providers, request);
  const { keyId = named.secret ? undefined : (named.keyId ?? signer.keyId) } = own ?? {};
  if (keyId === undefined || signer.keyId === undefined) return undefined;
  const { environment } = keyId === signer.keyId ? signer : (own ?? signer);
  return keyName(provider.name, provider.environments[environment]?.realm ?? environment, keyId);
};

/**
 * Opens the credentials of a request, at the pinned versions if an earlier delivery pinned them, and tells signer and target apart.
 *
 * @param reopenSigner opens the signer's current version; the target stays as pinned
 * @returns the wait, if the provider had to identify the key and did not
 * @throws Fault if the order cannot be carried out as it is
 */
export const resolveTarget = async (
  ports: Ports,
  asking: Asking,
  provider: Provider,
  item: RequestItem,
  request: RevocationRequest,
  { reopenSigner = false } = {},
): Promise<ResolvedTarget | AttemptWaiting> => {
  const signerBefore = reopenSigner ? undefined : item.pin?.signer;
  const named = namedTarget(ports.providers, request);
  const known = knownKeys(item, request, named);
  const openingSigner = openKey(ports, asking, provider, {
    secretId: signerBefore?.arn ?? request.secretId,
    version: signerBefore?.versionId ?? request.secretVersion,
    unknown: request.target === 'self' ? 'stuck/not-recognised' : 'stuck/credential-refused',
    keyIds: known.signer,
    stored: known.stored,
  });
  const { secret } = named;
  const targetBefore = item.pin?.target;
  const openingTarget =
    secret &&
    openKey(ports, asking, provider, {
      secretId: targetBefore?.arn ?? secret.secretId,
      version: targetBefore?.versionId ?? secret.secretVersion ?? 'AWSCURRENT',
      unknown: 'stuck/not-recognised',
      keyIds: known.target,
      stored: known.stored,
    });
  await Promise.allSettled([openingSigner, openingTarget]);
  const signing = await openingSigner;
  if ('hasEnded' in signing) return signing;
  const target = await openingTarget;
  if (target && 'hasEnded' in target) return target;

  const signer = signing.key;
  const own = target?.key;
  const aimed = targetOf(named, signer, own);
  checkTarget(provider, request, item, aimed);
  const targetHeld = (target ?? (aimed.self ? signing : undefined))?.held;
  checkAge(item, targetHeld);
  const environment = (aimed.self ? signer : (own ?? signer)).environment;
  const realmOf = (name: string): string => provider.environments[name]?.realm ?? name;
  if (aimed.self && own && realmOf(own.environment) !== realmOf(signer.environment))
    throw new Fault(
      'refused/environment-mismatch',
      `Cannot tell the key’s environment: one secret says ${signer.environment}, the other says ${own.environment}`,
    );
  if (request.expectedEnvironment !== undefined && request.expectedEnvironment !== environment)
    throw new Fault(
      'refused/environment-mismatch',
      `Cannot act in ${environment}: the request expects a different environment`,
    );
  const targetName = keyName(provider.name, realmOf(environment), aimed.keyId);
  checkOnlyKey(item, targetName);
  return {
    pin: {
      // This release does not read the locator here. Release 0.1.0 reads it after a rollback.
      ...aimed.locator,
      signer: pinned(signing),
      target: target && pinned(target),
      self: aimed.self,
      keyId: aimed.keyId,
      environment,
      realm: realmOf(environment),
      keyName: targetName,
      signerName: keyName(provider.name, realmOf(signer.environment), signer.keyId),
    },
    order: {
      operation: request.operation,
      signer,
      target: aimed,
      settings: request.settings,
      egressAddresses: ports.config.egressAddresses,
      urgent: isUrgent(request.reason),
    },
    seen: [...(aimed.self ? signing.seen : []), ...(target?.seen ?? [])],
    targetHeld,
    notes: [signing.note, target?.note].filter((note) => note !== undefined),
  };
};

/**
 * The order with the current version of its managing key, since the key may have been rotated; `undefined` if that does not help.
 *
 * @returns the wait, if the provider had to identify the key and did not
 */
export const resolveAgain = async (
  { ports, provider, asking, request }: Resolving,
  item: RequestItem,
): Promise<ResolvedTarget | AttemptWaiting | undefined> => {
  const { pin } = item;
  if (pin === undefined || pin.self || request.secretVersion !== 'AWSCURRENT') return undefined;
  const fresh = await resolveTarget(ports, asking, provider, item, request, { reopenSigner: true }).catch(
    (error: unknown) => {
      // The current version does not help, so the first result stands: a call may have left.
      if (asResult(error).hasEnded) return undefined;
      throw error;
    },
  );
  if (fresh === undefined || 'hasEnded' in fresh) return fresh;
  // A key of another realm can have the target's identifier, and is not the target.
  if (fresh.pin.keyName !== pin.keyName || fresh.pin.signer.versionId === pin.signer.versionId) return undefined;
  await allOver(fresh.notes.map((note) => note()));
  return { ...fresh, notes: [] };
};

/** A rotation, a secret that was created again, or another KMS key may have given a managing key a version that opens. */
const CLOSED: readonly FinalOutcome[] = ['stuck/credential-missing', 'stuck/access-denied'];

/** Resolves an order. If a managing key's version does not open, its current one is tried. */
export const resolve = async (resolving: Resolving, item: RequestItem): Promise<ResolvedTarget | AttemptWaiting> => {
  const { ports, asking, provider, request } = resolving;
  try {
    return await resolveTarget(ports, asking, provider, item, request);
  } catch (error) {
    const result = asResult(error);
    const isClosed = result.hasEnded && CLOSED.includes(result.outcome);
    const fresh = isClosed ? await resolveAgain(resolving, item) : undefined;
    if (fresh === undefined) throw error;
    return fresh;
  }
};
