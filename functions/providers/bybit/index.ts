import { Fault } from '../../core/fault.ts';
import type { Call, Order, Plan, Provider } from '../../core/provider.ts';
import { askedOf } from './asked.ts';
import { credential } from './credential.ts';
import { ENVIRONMENTS } from './environments.ts';
import { forecast } from './forecast.ts';
import { meaning } from './meaning.ts';
import { type BybitOperation, OPERATIONS } from './operations.ts';
import { hostOf, masterCheck, probes, siblings, subAccountOf } from './questions.ts';
import { restriction } from './restriction.ts';
import { RECEIVE_WINDOW_MS, signed } from './sign.ts';

/** A request is taken up to a second past its window, by the provider's clock. */
const LANDS_WITHIN_MS = RECEIVE_WINDOW_MS + 1_000;

const callWith = (
  { signer, aim }: Order,
  { path }: BybitOperation,
  fields: Readonly<Record<string, unknown>>,
): Call => {
  const host = hostOf(signer.environment);
  // A master must name the key; a sub key that names one is refused, and one without a name is deleted itself.
  const body = JSON.stringify(aim.self ? fields : { apikey: aim.keyId, ...fields });
  return {
    asked: path.slice(path.lastIndexOf('/') + 1),
    as: aim.self ? 'self' : 'managing',
    host,
    seenBy: `self@${host}`,
    send: (now) => signed(signer, { host, path, body }, now),
    read: (reply) => meaning(reply, aim.self ? 'own-call' : 'managed-call'),
  };
};

const realmOf = (environment: string): string | undefined => ENVIRONMENTS[environment]?.realm;

/** A demo key is deleted by its production master; otherwise both have to live in one world. */
const areRelated = (signer: string, target: string): boolean =>
  realmOf(signer) === realmOf(target) || (realmOf(signer) === 'mainnet' && target === 'demo');

const operationOf = ({ operation, signer, aim }: Order): BybitOperation => {
  const found = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (found === undefined)
    throw new Fault(
      'refused/malformed',
      `Cannot do ${operation} at Bybit, wanted ${Object.keys(OPERATIONS).join(', ')}`,
    );
  if (!aim.self && !found.managed)
    throw new Fault(
      'refused/target-mismatch',
      `Cannot ${operation} with another key, wanted the target to sign for itself`,
    );
  if (signer.environment === 'demo')
    throw new Fault('refused/wrong-signer', 'Cannot sign with a demo key, wanted its production master on mainnet');
  const target = aim.credential?.environment ?? signer.environment;
  if (!areRelated(signer.environment, target))
    throw new Fault(
      'refused/environment-mismatch',
      `Cannot reach a key of ${target} from ${signer.environment}, wanted one environment`,
    );
  return found;
};

/** The target's own word is that it belongs to somebody else's master. A demo account names none. */
const isForeign = ({ aim, facts }: Order): boolean => {
  const { userID, parentUid } = facts;
  const isKnown = userID !== undefined && parentUid !== undefined && aim.credential?.environment !== 'demo';
  return !aim.self && isKnown && parentUid !== userID;
};

const callOf = (order: Order, operation: BybitOperation): Plan['call'] => {
  if (operation.kind === 'delete') return callWith(order, operation, {});
  if (order.settings === undefined)
    throw new Fault('refused/malformed', 'Cannot update without settings, wanted readOnly, permissions or ips');
  return restriction({
    asked: askedOf(operation.of, order.settings),
    self: order.aim.self,
    egressAddresses: order.egressAddresses,
    call: (narrowed) => callWith(order, operation, { ...narrowed }),
  });
};

const plan = (order: Order): Plan => {
  const operation = operationOf(order);
  const { aim, facts } = order;
  const isLost = !aim.self && !aim.credential && facts['searched'] !== undefined && subAccountOf(order) === undefined;
  return {
    ...(isForeign(order) ? { ends: 'stuck/wrong-account' } : {}),
    ...(aim.self ? {} : { signer: masterCheck(order) }),
    probes: probes(order, operation),
    needsAll: false,
    siblings: siblings(order),
    provable: !isLost,
    call: callOf(order, operation),
    proofGapMs: 2_000,
    landsWithinMs: LANDS_WITHIN_MS,
    forecast: (known, record) =>
      forecast({
        order,
        isMaster: operation.of === 'master',
        isUpdate: operation.kind === 'update',
        facts: known,
        record,
      }),
  };
};

/** Bybit v5: HTTP 200 for refusals as well, one code per reason, HMAC or RSA signatures. */
export const bybit: Provider = { name: 'bybit', environments: ENVIRONMENTS, operations: OPERATIONS, credential, plan };
